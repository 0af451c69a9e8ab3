import Glibc
import VigieFuzzing

// libFuzzer's entry. The target is the value of VIGIE_FUZZ_TARGET: libFuzzer keeps the arguments for itself.
private let target: FuzzTarget = {
    let name = unsafe getenv("VIGIE_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
        print("vigie-fuzz: set VIGIE_FUZZ_TARGET to one of \(names)")
        exit(2)
    }
    return target
}()

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer promises `count` readable bytes.
    target.run(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
