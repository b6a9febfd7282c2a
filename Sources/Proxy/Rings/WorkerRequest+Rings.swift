import AccessLog
import Model

extension WorkerRequest where Answer == [LogRingSnapshot] {
    /// All rings, in the file's order.
    public static var rings: Self { Self { loop in loop.rings.map(\.snapshot) } }
}

/// Some lines of a ring, and where the ones after them are.
public struct LogRingPage: Sendable {
    /// The lines, each with a line feed.
    public var bytes: [UInt8]
    /// From where on to ask for the next ones.
    public var next: Int
    /// Whether there are more at once.
    public var hasMore: Bool
}

extension WorkerRequest where Answer == LogRingPage? {
    /// How many bytes one page has, but for the last line.
    private static var bytesInPage: Int { 65_536 }

    /// Lines of a ring; `nil` where there is none of that name.
    ///
    /// - Parameters:
    ///   - name: the ring's name.
    ///   - position: 0 at first, then what the page before says; `nil` for the place after the newest line.
    /// - Returns: the request; the lines stay in the ring.
    public static func lines(ofRing name: String, from position: Int?) -> Self {
        Self { loop -> LogRingPage? in
            guard let ring = loop.rings.first(where: { $0.configuration.name == name }) else { return nil }
            var page = LogRingPage(bytes: [], next: position ?? ring.end, hasMore: false)
            while page.bytes.count < bytesInPage, let next = ring.copyLine(at: page.next, to: &page.bytes) {
                page.next = next
            }
            page.hasMore = page.next < ring.end
            return page
        }
    }
}

extension WorkerRequest where Answer == Bool {
    /// Adds a line to a ring, which another thread has written.
    ///
    /// - Parameters:
    ///   - line: its bytes, without line end.
    ///   - name: the ring's name.
    /// - Returns: the request; its answer is whether there was room for the line.
    public static func append(_ line: [UInt8], toRing name: String) -> Self {
        Self { loop in loop.append(line, toRing: name) }
    }
}
