import type { Language } from "../program.ts";

/** What a function of a scripting language does to its arguments. */
export type CallKind =
  | "run"
  | "evaluate"
  | "fetch"
  | "send"
  | "decode"
  | "write"
  | "fill"
  | "remove"
  /** From the first path to the second. */
  | "copy"
  | "move"
  /** A library, into the interpreter itself. */
  | "load"
  | "connect"
  | "attach"
  | "receive"
  | "listen"
  | "walk"
  | "encrypt"
  | "overwrite"
  /** A process. */
  | "kill"
  /** A port, from the other side of a connection into this host. */
  | "forward"
  /** Memory whose content may be run. */
  | "map"
  /** A machine, whether it answers. */
  | "probe"
  /** A file of code, into the running program. */
  | "import"
  | "chmod"
  /** A file's times. */
  | "times"
  /** An archive, into a directory. */
  | "unpack"
  /** A list, with one more. */
  | "gather"
  /** A command, for another host. */
  | "remote";

/** Names are matched whole, or by their last component after `.`, `::`, `->` where `tail` lists them. */
interface CallTable {
  readonly whole: ReadonlyMap<string, CallKind>;
  readonly tail: ReadonlyMap<string, CallKind>;
}

type Row = readonly [CallKind, string];

function table(whole: readonly Row[], tail: readonly Row[] = []): CallTable {
  const spread = (rows: readonly Row[]): Map<string, CallKind> =>
    new Map(
      rows.flatMap(([kind, names]) => names.split(" ").map((name): [string, CallKind] => [name, kind])),
    );
  return { whole: spread(whole), tail: spread(tail) };
}

/** The standard libraries' functions that matter, by language. */
const CALLS: ReadonlyMap<Language, CallTable> = new Map([
  [
    "python",
    table(
      [
        [
          "run",
          "os.system os.popen subprocess.run subprocess.call subprocess.Popen subprocess.check_output subprocess.check_call subprocess.getoutput subprocess.getstatusoutput commands.getoutput pty.spawn os.execl os.execv os.execve os.execvp os.execvpe os.execlp os.spawnl os.spawnv os.spawnlp os.spawnvp os.posix_spawn Popen check_output check_call system popen asyncio.create_subprocess_shell asyncio.create_subprocess_exec",
        ],
        ["copy", "shutil.copy shutil.copy2 shutil.copyfile"],
        ["move", "shutil.move os.rename os.replace"],
        ["load", "CDLL ctypes.CDLL ctypes.PyDLL ctypes.cdll.LoadLibrary"],
        [
          "evaluate",
          "types.FunctionType FunctionType exec eval execfile compile pickle.loads pickle.load dill.loads joblib.load",
        ],
        ["fetch", "urlopen urlretrieve wget.download dns.resolver.resolve dns.resolver.query"],
        ["kill", "os.kill os.killpg"],
        ["map", "mmap.mmap mmap"],
        [
          "import",
          "sys.path.insert sys.path.append sys.path.extend site.addsitedir zipimport.zipimporter importlib.machinery.SourceFileLoader importlib.machinery.SourcelessFileLoader importlib.util.spec_from_file_location imp.load_source imp.load_compiled imp.load_dynamic runpy.run_path",
        ],
        ["chmod", "os.chmod"],
        ["times", "os.utime"],
        ["unpack", "shutil.unpack_archive"],
        ["fill", "shutil.copyfileobj"],
        [
          "forward",
          "rpdb.Rpdb rpdb.set_trace RemotePdb remote_pdb.set_trace remote_pdb.RemotePdb debugpy.listen manhole.install",
        ],
        ["probe", "sr1 sr"],
        ["decode", "bytes.fromhex unhexlify b64decode marshal.loads zlib.decompress codecs.decode"],
        ["write", "open"],
        ["remove", "os.remove os.unlink shutil.rmtree"],
        ["attach", "os.dup2"],
        ["walk", "os.walk os.listdir os.scandir glob.glob glob.iglob Path pathlib.Path walk"],
      ],
      [
        [
          "fetch",
          "urlopen urlretrieve get request HTTPSConnection HTTPConnection get_object download_file download_fileobj download_as_text download_as_bytes download_as_string download_blob get_contents get_gist get_comments get_issues get_issue get_commits conversations_history conversations_replies channels_history files_download files_get_metadata get_messages iter_messages get_file Object",
        ],
        ["run", "create_subprocess_shell create_subprocess_exec"],
        [
          "send",
          "post put storbinary storlines upload_file upload_fileobj put_object upload_from_filename upload_blob",
        ],
        ["unpack", "extractall"],
        ["gather", "append extend"],
        ["remote", "exec_command"],
        [
          "decode",
          "b64decode b32decode b85decode a85decode unhexlify fromhex decompress decrypt decrypt_and_verify",
        ],
        ["connect", "connect create_connection open_connection Telnet IMAP4_SSL IMAP4 POP3_SSL POP3"],
        ["kill", "kill terminate send_signal"],
        ["forward", "request_port_forward forward_remote_port"],
        ["map", "mmap mprotect"],
        ["probe", "connect_ex"],
        [
          "receive",
          "recv recvfrom recvmsg recv_into makefile read_until read_very_eager read_some get_payload retr get_updates loop_forever subscribe",
        ],
        ["fill", "write"],
        ["listen", "listen accept"],
        ["write", "write_text write_bytes"],
        ["attach", "dup2"],
        ["remove", "unlink"],
        ["encrypt", "encrypt encrypt_and_digest encrypt_file"],
        ["overwrite", "truncate"],
      ],
    ),
  ],
  [
    "perl",
    table(
      [
        ["run", "system exec"],
        ["chmod", "chmod"],
        ["import", "do require"],
        ["times", "utime"],
        ["evaluate", "eval"],
        ["fetch", "get getstore getprint mirror"],
        ["decode", "decode_base64 unpack pack"],
        ["write", "open"],
        ["remove", "unlink rmtree remove_tree File::Path::rmtree File::Path::remove_tree"],
        ["walk", "glob find opendir"],
        ["connect", "connect IO::Socket::INET->new IO::Socket::SSL->new"],
        ["kill", "kill"],
      ],
      [
        ["fetch", "get mirror request"],
        ["send", "post post_form"],
        ["attach", "fdopen"],
        ["encrypt", "encrypt"],
      ],
    ),
  ],
  [
    "ruby",
    table(
      [
        [
          "run",
          "system exec spawn Kernel.system Kernel.exec IO.popen Open3.capture2 Open3.capture2e Open3.capture3 Open3.popen2 Open3.popen2e Open3.popen3 Open3.pipeline Process.spawn PTY.spawn",
        ],
        ["evaluate", "eval instance_eval class_eval Marshal.load load"],
        ["fetch", "Net::HTTP.get Net::HTTP.get_response URI.open OpenURI.open_uri URI.parse"],
        ["send", "Net::HTTP.post Net::HTTP.post_form"],
        ["decode", "Base64.decode64 Base64.strict_decode64 Base64.urlsafe_decode64"],
        ["write", "File.write IO.write File.binwrite IO.binwrite File.open"],
        ["remove", "File.delete FileUtils.rm_rf FileUtils.rm_r FileUtils.remove_dir File.unlink"],
        ["copy", "FileUtils.cp FileUtils.copy"],
        ["move", "FileUtils.mv FileUtils.move File.rename"],
        ["load", "Fiddle.dlopen"],
        ["kill", "Process.kill"],
        ["chmod", "File.chmod FileUtils.chmod"],
        ["times", "File.utime"],
        ["walk", "Dir.glob Dir.foreach Dir.each_child Dir.children Find.find"],
        ["encrypt", "OpenSSL::Cipher.new OpenSSL::Cipher::AES.new"],
        ["connect", "TCPSocket.new TCPSocket.open Socket.tcp UDPSocket.new"],
      ],
      [
        ["decode", "unpack unpack1"],
        ["fetch", "getresource getresources"],
        ["forward", "remote"],
        ["attach", "reopen"],
        ["receive", "gets recv"],
      ],
    ),
  ],
  [
    "node",
    table(
      [
        [
          "run",
          "exec execSync spawn spawnSync execFile execFileSync Deno.Command Deno.run Bun.spawn Bun.spawnSync execa execaSync",
        ],
        [
          "evaluate",
          "eval import Function AsyncFunction GeneratorFunction vm.runInNewContext vm.runInThisContext vm.runInContext vm.Script",
        ],
        [
          "fetch",
          "fetch http.get https.get http.request https.request axios.get got axios needle superagent.get undici.request dns.resolveTxt dns.promises.resolveTxt resolveTxt",
        ],
        ["kill", "process.kill"],
        ["chmod", "fs.chmodSync fs.chmod chmodSync"],
        ["times", "fs.utimesSync fs.utimes utimesSync"],
        ["send", "axios.post"],
        [
          "decode",
          "atob String.fromCharCode String.fromCodePoint Buffer.from zlib.gunzipSync zlib.inflateSync",
        ],
        ["write", "fs.writeFileSync fs.writeFile fs.appendFileSync fs.appendFile writeFileSync"],
        ["remove", "fs.unlinkSync fs.rmSync fs.rm fs.rmdirSync unlinkSync rmSync"],
        ["copy", "fs.copyFileSync copyFileSync"],
        ["move", "fs.renameSync renameSync"],
        ["load", "process.dlopen"],
        ["walk", "fs.readdirSync fs.readdir readdirSync fs.opendirSync"],
        ["encrypt", "crypto.createCipheriv createCipheriv crypto.createCipher crypto.publicEncrypt"],
        ["connect", "net.connect net.createConnection net.Socket tls.connect WebSocket ws"],
      ],
      [
        ["run", "execSync spawnSync execFileSync spawn execFile exec"],
        ["evaluate", "_compile"],
        ["gather", "push"],
        ["attach", "pipe"],
        ["fetch", "resolveTxt"],
        ["forward", "forwardIn"],
        ["connect", "connect createConnection"],
        ["write", "writeFileSync writeFile appendFileSync"],
      ],
    ),
  ],
  [
    "php",
    table([
      ["run", "system exec shell_exec passthru popen proc_open pcntl_exec"],
      ["evaluate", "eval assert create_function include include_once require require_once"],
      ["fetch", "file_get_contents curl_exec curl_init fopen readfile copy dns_get_record"],
      ["kill", "posix_kill"],
      ["chmod", "chmod"],
      ["times", "touch"],
      ["decode", "base64_decode gzinflate gzuncompress gzdecode str_rot13 hex2bin convert_uudecode"],
      ["write", "file_put_contents"],
      ["remove", "unlink"],
      ["move", "rename"],
      ["walk", "glob scandir opendir RecursiveDirectoryIterator"],
      ["encrypt", "openssl_encrypt sodium_crypto_secretbox"],
      ["connect", "fsockopen pfsockopen stream_socket_client socket_connect"],
      ["receive", "socket_read socket_recv"],
    ]),
  ],
  [
    "lua",
    table(
      [
        ["run", "os.execute io.popen"],
        ["evaluate", "load loadstring dofile"],
        ["fetch", "http.request socket.http.request https.request"],
        ["write", "io.open"],
        ["remove", "os.remove"],
        ["connect", "socket.connect"],
      ],
      [
        ["connect", "connect"],
        ["receive", "receive"],
      ],
    ),
  ],
  ["awk", table([["run", "system"]])],
  [
    "tcl",
    table([
      ["run", "exec spawn"],
      ["evaluate", "eval"],
      ["fetch", "http::geturl ::http::geturl"],
      ["connect", "socket"],
      ["receive", "gets read"],
    ]),
  ],
]);

/** What a call of `name` does, or `null`. */
export function callKind(language: Language, name: string): CallKind | null {
  const calls = CALLS.get(language);
  if (calls === undefined) return null;
  const plain = calls.whole.get(name);
  if (plain !== undefined) return plain;
  // Nearly every word is a bare name, and all that follows is about names with parts.
  if (!name.includes(".") && !name.includes("::") && !name.includes("->")) return null;
  const whole = calls.whole.get(name.replace(/^[a-z_]+\.(?=child_process\.|subprocess\.)/, ""));
  if (whole !== undefined) return whole;
  const cut = Math.max(name.lastIndexOf("."), name.lastIndexOf("::") + 1, name.lastIndexOf("->") + 1);
  if (cut <= 0) return null;
  const tail = name.slice(cut + 1);
  if (
    tail === "get" &&
    !/^(requests|httpx|session|urllib3?|http|client|\$ua|\$http|LWP|HTTP|LWP::Simple)\b/i.test(name)
  )
    return null;
  if (language === "node" && tail === "exec" && !/child_process|cp\./.test(name)) return null;
  return calls.tail.get(tail) ?? null;
}
