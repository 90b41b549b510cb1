import { unpacked } from "./decoders.ts";
import type { Call, Handler } from "./engine.ts";
import type { Value } from "./value.ts";

/** Notes that what was downloaded is compared with a digest or a signature before it is used. */
function verifies(when: RegExp): Handler {
  return (call: Call): Value | null => {
    const words = call.args.map(({ text }) => text).join(" ");
    if (when.test(words)) call.frame.session.verified = true;
    return null;
  };
}

/** `gpg --verify` checks; `gpg --decrypt` gives back what was enciphered. */
function gpg(call: Call): Value | null {
  verifies(/(^| )--verify( |$)/)(call);
  return unpacked(call, {
    flags: ["d", "--decrypt"],
    short: "ru",
    long: [
      "--passphrase",
      "--passphrase-file",
      "--passphrase-fd",
      "--pinentry-mode",
      "--homedir",
      "--keyring",
    ],
  });
}

const CHECK = verifies(/(^| )(-[a-z]*c|--check)( |$)/);

/** Programs that check digests and signatures, by name. */
export const VERIFICATION: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...[
    "sha256sum",
    "sha512sum",
    "sha384sum",
    "sha224sum",
    "sha1sum",
    "b2sum",
    "b3sum",
    "shasum",
    "md5sum",
  ].map((name): [string, Handler] => [name, CHECK]),
  ["gpg", gpg],
  ["gpg2", gpg],
  ["gpgv", verifies(/\S/)],
  ["minisign", verifies(/(^| )-[a-zA-Z]*V/)],
  ["signify", verifies(/(^| )-[a-zA-Z]*V/)],
  ["cosign", verifies(/^verify/)],
  ["slsa-verifier", verifies(/^verify/)],
]);
