/**
 * Puts bytes into an ELF executable as a note that is mapped when it runs, which is where Node looks for an application
 * (nodejs.org/api/single-executable-applications.html; `postject-api.h`). What was there stays where it was: a new
 * segment at the end holds a longer table of segments and the note. Not by the usual `postject`, whose executable runs as
 * well: it has only alpha releases, and its WebAssembly takes ten seconds for this.
 */
const PT_LOAD = 1;
const PT_NOTE = 4;
const PT_PHDR = 6;
const PF_R = 4;
const PHDR = 56;
/** The largest page of the machines we build for. */
const PAGE = 0x10000;

/** Throws for anything but a 64-bit little-endian ELF file. `name` and `content` become the note's name and description. */
export function withNote(elf, name, content) {
  if (elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1)
    throw new Error("not a 64-bit little-endian ELF executable");
  const segments = segmentsOf(elf);
  const loads = segments.filter(({ type }) => type === PT_LOAD);
  const [first] = loads;
  if (first === undefined) throw new Error("an ELF file without anything to load");
  // The new segment keeps the distance of address and offset that the first one has: older kernels look for the table
  // of segments by it. So it must lie behind what is only in memory, too.
  const distance = first.address - first.offset;
  const memoryEnd = Math.max(...loads.map(({ address, memorySize }) => address + memorySize));
  const offset = Math.ceil(Math.max(elf.length, memoryEnd - distance) / PAGE) * PAGE;
  const note = noteOf(name, content);
  const tableSize = Math.ceil(((segments.length + 2) * PHDR) / 16) * 16;
  const added = { flags: PF_R, offset, address: offset + distance, fileSize: tableSize + note.length };
  const load = { ...added, type: PT_LOAD, memorySize: added.fileSize, align: PAGE };
  const noteSegment = {
    ...load,
    type: PT_NOTE,
    offset: offset + tableSize,
    address: load.address + tableSize,
    fileSize: note.length,
    memorySize: note.length,
    align: 4,
  };
  const table = segments.map((segment) =>
    segment.type === PT_PHDR
      ? { ...segment, offset, address: load.address, fileSize: tableSize, memorySize: tableSize }
      : segment,
  );
  table.splice(table.lastIndexOf(loads.at(-1)) + 1, 0, load);
  table.push(noteSegment);

  const out = Buffer.alloc(offset + load.fileSize);
  elf.copy(out);
  out.writeBigUInt64LE(BigInt(offset), 32);
  out.writeUInt16LE(table.length, 56);
  for (const [at, segment] of table.entries()) writeSegment(out, offset + at * PHDR, segment);
  note.copy(out, offset + tableSize);
  return out;
}

function segmentsOf(elf) {
  const start = Number(elf.readBigUInt64LE(32));
  return Array.from({ length: elf.readUInt16LE(56) }, (_, index) => {
    const at = start + index * PHDR;
    const number = (field) => Number(elf.readBigUInt64LE(at + field));
    return {
      type: elf.readUInt32LE(at),
      flags: elf.readUInt32LE(at + 4),
      offset: number(8),
      address: number(16),
      fileSize: number(32),
      memorySize: number(40),
      align: number(48),
    };
  });
}

function writeSegment(out, at, { type, flags, offset, address, fileSize, memorySize, align }) {
  out.writeUInt32LE(type, at);
  out.writeUInt32LE(flags, at + 4);
  for (const [index, value] of [offset, address, address, fileSize, memorySize, align].entries())
    out.writeBigUInt64LE(BigInt(value), at + 8 + index * 8);
}

/** `Elf64_Nhdr`, the name with its zero, the content; both padded to four bytes. */
function noteOf(name, content) {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(name.length + 1, 0);
  header.writeUInt32LE(content.length, 4);
  const padded = Buffer.alloc(Math.ceil((name.length + 1) / 4) * 4);
  padded.write(name, "latin1");
  return Buffer.concat([header, padded, content, Buffer.alloc(-content.length & 3)]);
}
