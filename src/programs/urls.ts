/** No transport protects it, or no name stands behind it. */
export function isUnprotected(url: string): boolean {
  return !/^(https|ssh|sftp|git\+ssh):/i.test(url) || /^\w+:\/\/([^/@]*@)?[\d.]+([:/]|$)/.test(url);
}
