import Glibc
import NIOCore

/// Chooses, in the kernel, which socket of a `SO_REUSEPORT` group takes a datagram: calls that look like emergency calls have a queue
/// of their own, and every other sender's datagrams go by its address, so that a flood fills the queue of its sender only.
///
/// A classic BPF program (Linux `SO_ATTACH_REUSEPORT_CBPF`); it sees the UDP payload, and the IP header at `SKF_NET_OFF`. What it lets
/// through by mistake costs nothing: the queue of a datagram says nothing about its answer.
enum ReusePortSteering {
    /// Sockets of a group: one for calls that look like emergencies, seven by sender.
    static let sockets = 8

    private static let optionName = 51  // SO_ATTACH_REUSEPORT_CBPF, <asm-generic/socket.h>
    private static let networkOffset = UInt32(bitPattern: -0x100000)  // SKF_NET_OFF, <linux/filter.h>

    private struct Instruction: BitwiseCopyable {
        var code: UInt16
        var onTrue: UInt8 = 0
        var onFalse: UInt8 = 0
        var value: UInt32 = 0
    }

    // struct sock_fprog: a count, and where the instructions are.
    // the pointer is read by the kernel within the call below, and by nobody else
    @safe private struct Program: @unchecked Sendable {
        var count: UInt16
        var instructions: UnsafeMutableRawPointer
    }

    // Codes of <linux/bpf_common.h>.
    private static let loadWord: UInt16 = 0x20
    private static let loadByte: UInt16 = 0x30
    private static let ifEqual: UInt16 = 0x15
    private static let ifAtLeast: UInt16 = 0x35
    private static let loadLength: UInt16 = 0x80
    private static let add: UInt16 = 0x04
    private static let multiply: UInt16 = 0x24
    private static let shiftRight: UInt16 = 0x74
    private static let modulo: UInt16 = 0x94
    private static let exclusiveOr: UInt16 = 0xAC
    private static let toX: UInt16 = 0x07
    private static let answer: UInt16 = 0x06
    private static let answerA: UInt16 = 0x16

    /// Attaches the program to the group of `channel`'s socket; `false` where the kernel knows no such thing.
    static func attach(to channel: any Channel, isIPv6: Bool) async -> Bool {
        guard let provider = channel as? any SocketOptionProvider else { return false }
        let program = instructions(isIPv6: isIPv6)
        let bytes = program.count * MemoryLayout<Instruction>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 8)
        defer { unsafe memory.deallocate() }
        for (index, instruction) in program.enumerated() {
            unsafe memory.storeBytes(
                of: instruction, toByteOffset: index * MemoryLayout<Instruction>.stride, as: Instruction.self)
        }
        let value = unsafe Program(count: UInt16(program.count), instructions: memory)
        do {
            // The memory outlives the call: the future is awaited, then it is freed.
            try await provider.unsafeSetSocketOption(
                level: .socket, name: .init(rawValue: CInt(optionName)), value: value
            ).get()
            return true
        } catch {
            return false
        }
    }

    // INVITE sip:15@…, INVITE tel:+33112;…, INVITE urn:service:sos…: a short number,
    // with a country code or without, ends with `@`, `;` or a space at one of few places. Everything else by a hash of the source address.
    private static func instructions(isIPv6: Bool) -> [Instruction] {
        var code: [Instruction] = []
        var toPriority: [Int] = []  // jumps whose target is the last instruction
        var toHash: [Int] = []
        // A load behind the end would end the program with 0, the queue that must stay free: short datagrams go by address.
        code.append(Instruction(code: loadLength))
        code.append(Instruction(code: ifAtLeast, value: 24))
        toHash.append(code.count - 1)
        code.append(Instruction(code: loadWord, value: 0))
        code.append(Instruction(code: ifEqual, value: 0x494E_5649))  // "INVI"
        toHash.append(code.count - 1)
        // "urn:" at 7: only service URNs are called.
        code.append(Instruction(code: loadWord, value: 7))
        code.append(Instruction(code: ifEqual, value: 0x7572_6E3A))
        toPriority.append(code.count - 1)
        // Behind `sip:` or `tel:` begins the number at 11; with `sips:` all stands one further.
        for end in 13...20 {
            code.append(Instruction(code: loadByte, value: UInt32(end)))
            for mark in [0x40, 0x3B, 0x20] {
                code.append(Instruction(code: ifEqual, value: UInt32(mark)))
                toPriority.append(code.count - 1)
            }
        }
        let hash = code.count
        if isIPv6 {
            code.append(Instruction(code: loadWord, value: networkOffset &+ 12))
            code.append(Instruction(code: toX))
            code.append(Instruction(code: loadWord, value: networkOffset &+ 20))
            code.append(Instruction(code: exclusiveOr))
        } else {
            code.append(Instruction(code: loadWord, value: networkOffset &+ 12))
        }
        code.append(Instruction(code: multiply, value: 0x9E37_79B1))
        code.append(Instruction(code: shiftRight, value: 16))
        code.append(Instruction(code: modulo, value: UInt32(sockets - 1)))
        code.append(Instruction(code: add, value: 1))
        code.append(Instruction(code: answerA))
        code.append(Instruction(code: answer, value: 0))
        let priority = code.count - 1
        for index in toPriority { code[index].onTrue = UInt8(priority - index - 1) }
        for index in toHash { code[index].onFalse = UInt8(hash - index - 1) }
        return code
    }
}
