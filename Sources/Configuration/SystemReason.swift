import Foundation

/// The system's words for why a file could not be had.
enum SystemReason {
    /// Finds them.
    ///
    /// - Parameter error: what Foundation said.
    /// - Returns: the system's text, where it said any, else Foundation's.
    static func text(of error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        guard underlying.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
        return String(cString: strerror(Int32(underlying.code)))
    }
}
