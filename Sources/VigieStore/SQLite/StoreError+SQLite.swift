import GRDB
import Glibc

extension StoreError {
    /// What an error of the database means, by its result code.
    init(_ error: any Error, path: String, busySeconds: Int) {
        if let known = error as? StoreError {
            self = known
            return
        }
        guard let error = error as? DatabaseError else {
            self = .unusable(path: path, reason: "\(error)")
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path: path, waitedSeconds: busySeconds)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupted(path: path, movedTo: nil)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: self = .readOnly(path: path)
        case .SQLITE_CANTOPEN:
            self =
                !FileNames.isWritable(path) && (errno == EACCES || errno == EROFS)
                ? .readOnly(path: path)
                : .unusable(path: path, reason: error.message ?? "it cannot be opened")
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_WRITE:
            // SQLite tells "no space" by SQLITE_FULL, and quotas and file size limits by this.
            self = .diskFull(path: path)
        case .SQLITE_MISUSE: self = .closed
        default:
            self = .unusable(
                path: path, reason: error.message ?? "SQLite result \(error.resultCode.rawValue)")
        }
    }

    /// What an `errno` of the system means.
    init(errno code: Int32, path: String) {
        switch code {
        case ENOSPC, EDQUOT, EFBIG: self = .diskFull(path: path)
        case EACCES, EPERM, EROFS: self = .readOnly(path: path)
        default: self = .unusable(path: path, reason: SystemText.of(code))
        }
    }
}

/// What the system says of an `errno`.
enum SystemText {
    static func of(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
