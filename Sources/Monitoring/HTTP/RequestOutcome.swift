import AccessLog
import Model

/// One request of a statistics address, as its log line and its counters have it.
struct RequestOutcome: Sendable, Equatable {
    /// Why a request ended as it did.
    enum Ending: Sendable, Equatable {
        /// The statistics answered.
        case answered
        /// Nobody could answer: there is no server.
        case notServed
        /// A rule refused it.
        case forbidden
        /// It was not understood.
        case malformed
        /// The client closed before it was complete.
        case abandoned
        /// It was not complete in time.
        case tooSlow
        /// The client went away while it was being answered.
        case unread
        /// The client did not read the answer in time.
        case readTooSlowly
    }

    /// When it began, or when its connection was accepted if it never did.
    var began: Timestamp
    /// Why it ended as it did.
    var ending: Ending
    /// Who answered.
    var answerer = HTTPLogRecord.Answerer.nobody
    /// The answer's status.
    var status: Int
    /// From its first byte to its end, in milliseconds; `nil` when it was not complete.
    var requestMilliseconds: Int?
    /// From its first byte to the end of the answer, in milliseconds.
    var totalMilliseconds: Int
    /// Bytes of the answer; 0 for an answer to what was never understood, as HAProxy logs it.
    var bytesOut: Int64
    /// Its first line; `nil` when it was not understood.
    var line: String?
    /// Connections of the address at its end.
    var connections: Int
    /// Whether the client never sent a byte.
    var isNull = false

    /// Whether it is an error of the client, as the statistics count them.
    var isRequestError: Bool {
        switch ending {
        case .malformed, .abandoned, .tooSlow: true
        case .answered, .notServed, .forbidden, .unread, .readTooSlowly: false
        }
    }
}

/// The texts that HAProxy answers with by itself.
///
/// - Source: recorded from HAProxy 2.6.12.
enum PlainAnswer {
    /// Nobody to answer.
    static let notServed = page("503 Service Unavailable", "No server is available to handle this request.")
    /// Refused by a rule.
    static let forbidden = page("403 Forbidden", "Request forbidden by administrative rules.")
    /// No or a wrong password.
    static let needsPassword = page(
        "401 Unauthorized", "You need a valid user and password to access this content.")
    /// Not understood.
    static let malformed = page("400 Bad request", "Your browser sent an invalid request.")
    /// Not understood: the whole answer.
    static let wholeMalformed = whole("400 Bad request", "Your browser sent an invalid request.")
    /// Not complete in time: the whole answer.
    static let wholeTooSlow = whole("408 Request Time-out", "Your browser didn't send a complete request in time.")

    private static func page(_ title: String, _ sentence: String) -> String {
        "<html><body><h1>\(title)</h1>\n\(sentence)\n</body></html>\n"
    }

    private static func whole(_ title: String, _ sentence: String) -> String {
        let body = page(title, sentence)
        return [
            "HTTP/1.1 \(title)", "content-length: \(body.utf8.count)", "cache-control: no-cache", "connection: close",
            "content-type: text/html", "", body,
        ].joined(separator: "\r\n")
    }
}
