import Dispatch
import Foundation
import Synchronization
import Testing
import VigieStore

/// Where work that waits for the disk is done.
struct StoreThreadsTests {
    private final class Flag: Sendable {
        let isUp = Atomic(false)
    }

    @Test func `tasks go on while the disk takes nobody, and the work is done when it does again`() async {
        let store = MemoryStore()
        let disk = DispatchSemaphore(value: 0)
        let tooLate = Flag()
        let pieces = 32
        // Without threads of its own the store would take every thread that runs tasks: then only this one opens the disk again.
        // Other tests keep the tasks busy for a while: the wait is long, and only a failure waits for it.
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 300)
            tooLate.isUp.store(true, ordering: .relaxed)
            for _ in 0..<pieces { disk.signal() }
        }
        let done = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<pieces {
                group.addTask {
                    let result: Int? = try? await store.background { _ throws(StoreError) in
                        disk.wait()
                        return 1
                    }
                    return result ?? 0
                }
            }
            group.addTask {
                for _ in 0..<10 { try? await Task.sleep(for: .milliseconds(20)) }
                let isTooLate = tooLate.isUp.load(ordering: .relaxed)
                #expect(!isTooLate, "no task went on while the disk took nobody")
                for _ in 0..<pieces { disk.signal() }
                return 0
            }
            return await group.reduce(0, +)
        }
        #expect(done == pieces)
    }

    @Test func `what is soon done does not wait for those who read days of calls`() async {
        let store = MemoryStore()
        let days = DispatchSemaphore(value: 0)
        let readers = 8
        let isDone = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<readers {
                group.addTask {
                    // Only the order below lets them go; the limit is for a failure alone.
                    let result = try? await store.readDays(for: .trial) { _ throws(StoreError) in
                        days.wait(timeout: .now() + 300) == .success
                    }
                    return result ?? false
                }
            }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(50))
                let result = try? await store.background { _ throws(StoreError) in
                    for _ in 0..<readers { days.signal() }
                    return true
                }
                return result ?? false
            }
            return await group.reduce(true) { $0 && $1 }
        }
        #expect(isDone)
    }
}
