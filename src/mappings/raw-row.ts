/** Text fields of a row, in the order they are written. */
export const ROW_FIELDS = [
  "capability_id",
  "capability_group",
  "capability_description",
  "mapping_type",
  "attack_object_id",
  "attack_object_name",
  "score_category",
  "score_value",
  "related_score",
  "comments",
  "status",
  "attack_version",
  "technology_domain",
  "mapping_framework",
  "mapping_framework_version",
  "author",
  "author_contact",
  "author_organization",
] as const;

export type RowField = (typeof ROW_FIELDS)[number];

/** A row exactly as published: an absent field is absent, `null` is `null`. */
export type RawRow = { readonly [Field in RowField]?: string | null } & {
  readonly references?: readonly string[] | null;
};
