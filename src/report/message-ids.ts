/** MESSAGE_ID= of our journal entries (sd-id128), made once at random and never reused; docs/formats/timerwarden.catalog. */
export const MESSAGE_IDS = {
  finding: "5e0c1f5b0d7e4a0fa2b6c1d6a8f39e41",
  gap: "b7a4d1c60f5549d2b83c7e5af2904d6c",
  audit: "2f9d8e3a6c1b4b57904ee17c3b5a60d8",
} as const;
