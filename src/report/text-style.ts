import { UTC } from "../time/zone.ts";
import type { TextStyle } from "./list-text.ts";

/** How text looks when nobody says: UTC, full width, no colour. */
export const PLAIN_STYLE: TextStyle = { zone: UTC, columns: undefined, ascii: false, color: false };
