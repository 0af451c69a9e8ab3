import Glibc
import NIOCore

/// Why an address cannot be listened on, in words that say what to do.
enum ListenFailure {
    static func words(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        switch error.errnoCode {
        case EADDRINUSE:
            return "the port is taken; stop the other program (ss -lnup shows it) or choose another port"
        case EADDRNOTAVAIL: return "no interface of this machine has that address"
        case EACCES: return "not permitted; ports below 1024 need CAP_NET_BIND_SERVICE"
        case EAFNOSUPPORT: return "the machine has no such address family (IPv6 is off?)"
        default: return unsafe String(cString: strerror(error.errnoCode))
        }
    }
}
