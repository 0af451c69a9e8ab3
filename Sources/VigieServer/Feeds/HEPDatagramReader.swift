import CDatagrams
import Dispatch
import Foundation
import Synchronization
import VigieWire

/// Reads HEP packets out of one UDP socket, on a thread of its own.
///
/// An event loop wakes for every few datagrams and makes an envelope for each. Here one system call reads up to 64 of them into
/// memory that is used again and again, and between two reads that left nothing behind the thread sleeps for a moment, as long as
/// the socket's queue can well hold what comes meanwhile: so the line gets its messages by dozens.
final class HEPDatagramReader: Sendable {
    private static let datagrams = 64
    /// No datagram is longer, so none is cut.
    private static let stride = 65_536
    /// Milliseconds after which a thread that hears nothing looks whether it shall end.
    private static let patience: CInt = 100

    private let descriptor: CInt
    private let line: LiveLine
    private let counts: HEPCounts
    private let key: [UInt8]
    private let isOver = Atomic(false)
    private let ended = DispatchGroup()

    /// A reader of a socket that stays open until `stop` has returned, and that nobody else reads.
    init(descriptor: CInt, line: LiveLine, counts: HEPCounts, key: [UInt8]) {
        self.descriptor = descriptor
        self.line = line
        self.counts = counts
        self.key = key
    }

    /// Starts the thread.
    func start() {
        ended.enter()
        let thread = Thread { [self] in
            read()
            ended.leave()
        }
        thread.name = "vigie-hep"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Ends the thread, and waits for it: a tenth of a second at most.
    func stop() async {
        isOver.store(true, ordering: .relaxed)
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            ended.notify(queue: .global()) { done.resume() }
        }
    }

    private func read() {
        var intake = HEPIntake(line: line, counts: counts, key: key)
        // Not written before the kernel does, so that only the pages that datagrams fill are ever there.
        var octets = unsafe [UInt8](unsafeUninitializedCapacity: Self.datagrams * Self.stride) { _, count in
            count = Self.datagrams * Self.stride
        }
        var sizes = [UInt32](repeating: 0, count: Self.datagrams)
        let nap = self.nap
        while !isOver.load(ordering: .relaxed) {
            // What was read is not kept back for what may come.
            let patience = intake.waiting > 0 ? 0 : Self.patience
            // Both arrays have room for as many datagrams of that size.
            let count = unsafe octets.withUnsafeMutableBufferPointer { octets in
                unsafe sizes.withUnsafeMutableBufferPointer { sizes in
                    unsafe vigie_receive_datagrams(
                        descriptor, octets.baseAddress, UInt32(Self.stride), sizes.baseAddress,
                        UInt32(Self.datagrams), patience)
                }
            }
            if count < 0 {
                // The kernel tells errors of the network here; the next read goes on.
                counts.refused.count("socket-error")
                usleep(10_000)
                continue
            }
            for index in 0..<Int(count) {
                let first = index * Self.stride
                let size = min(Int(sizes[index]), Self.stride)
                _ = intake.read(octets.span.extracting(first..<first + size), transport: counts.udp)
            }
            if intake.waiting >= HEPIntake.batch || Int(count) < Self.datagrams { intake.handOver() }
            if count > 0, Int(count) < Self.datagrams { usleep(nap) }
        }
        intake.handOver()
    }

    /// Microseconds to sleep between two reads: a queue of 416 KiB, which is what Linux gives by default, holds some 200 messages
    /// with all that the kernel keeps beside them; at one millisecond that is 200,000 a second.
    private var nap: UInt32 {
        var waiting: UInt32 = 0
        var size: UInt32 = 0
        var dropped: UInt32 = 0
        guard unsafe vigie_receive_queue(descriptor, &waiting, &size, &dropped) == 0 else { return 500 }
        return min(4_000, max(500, UInt32(UInt64(size) * 1_000 / 425_984)))
    }
}
