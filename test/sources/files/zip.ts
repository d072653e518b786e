import { crc32, deflateRawSync } from 'node:zlib'

/** How a program packs: some store without packing, some say sizes after the data, some use the fields for large files always. */
interface Packing {
  readonly stored?: boolean
  readonly descriptor?: boolean
  readonly zip64?: boolean
}

/** Set where sizes are said after the data. */
const DESCRIPTOR_FLAG = 8
const IN_ZIP64 = 0xff_ff_ff_ff

/** A small zip, written as the format says: local headers with their data, the directory, its end. */
export function zipOf(
  files: Readonly<Record<string, Buffer>>,
  { stored = false, descriptor = false, zip64 = false }: Packing = {},
): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const data = stored ? content : deflateRawSync(content)
    const extra = zip64 ? zip64Extra(content.length, data.length, offset) : Buffer.alloc(0)
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(zip64 ? 45 : 20, 0)
    facts.writeUInt16LE(descriptor ? DESCRIPTOR_FLAG : 0, 2)
    facts.writeUInt16LE(stored ? 0 : 8, 4)
    facts.writeUInt32LE(crc32(content), 10)
    facts.writeUInt32LE(zip64 ? IN_ZIP64 : data.length, 14)
    facts.writeUInt32LE(zip64 ? IN_ZIP64 : content.length, 18)
    facts.writeUInt16LE(Buffer.byteLength(name), 22)
    facts.writeUInt16LE(extra.length, 24)
    const inLocal = Buffer.from(facts)
    if (descriptor) inLocal.fill(0, 10, 22)
    const sizes = Buffer.alloc(12)
    sizes.writeUInt32LE(crc32(content), 0)
    sizes.writeUInt32LE(data.length, 4)
    sizes.writeUInt32LE(content.length, 8)
    const after = descriptor ? [Buffer.from('PK\u0007\u0008'), sizes] : []
    const local = Buffer.concat([
      Buffer.from('PK\u0003\u0004'),
      inLocal,
      Buffer.from(name),
      extra,
      data,
      ...after,
    ])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(zip64 ? IN_ZIP64 : offset, 10)
    const madeBy = Buffer.from([20, 0])
    directory.push(
      Buffer.concat([Buffer.from('PK\u0001\u0002'), madeBy, facts, rest, Buffer.from(name), extra]),
    )
    locals.push(local)
    offset += local.length
  }
  const end = Buffer.alloc(18)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(Buffer.concat(directory).length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, ...directory, Buffer.from('PK\u0005\u0006'), end])
}

function zip64Extra(size: number, packed: number, offset: number): Buffer {
  const extra = Buffer.alloc(28)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(24, 2)
  extra.writeBigUInt64LE(BigInt(size), 4)
  extra.writeBigUInt64LE(BigInt(packed), 12)
  extra.writeBigUInt64LE(BigInt(offset), 20)
  return extra
}
