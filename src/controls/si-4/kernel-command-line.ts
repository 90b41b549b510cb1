/** Words any kernel is started with; a text without one of them is no command line of Linux. */
const USUAL = /(?:^|\s)(?:BOOT_IMAGE=\S|root=\S|initrd=\S|init=\S|console=\S|ro|rw|quiet)(?:\s|$)/;

/** Whether a text can be the kernel's command line (kernel-command-line(7)). */
export function looksLikeCommandLine(text: string): boolean {
  return USUAL.test(text);
}
