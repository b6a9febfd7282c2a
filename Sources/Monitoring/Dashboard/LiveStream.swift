import Foundation
import History
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import NIOPosix
import Synchronization

/// How far somebody has followed the history: the newest transition and the newest event that they know.
struct StreamPosition: Sendable, Hashable {
    /// The transition's number; 0 before the first.
    var transition: Int64
    /// The event's number; 0 before the first.
    var event: Int64

    /// The present of a history.
    ///
    /// - Parameter reader: the history.
    /// - Throws: `HistoryError`.
    init(presentOf reader: any HistoryReader) throws {
        var question = HistoryQuestion()
        // After anything: so the newest number comes, and not the newest time.
        (question.after, question.limit) = (0, 1)
        transition = try reader.transitions(question).last?.id ?? 0
        event = try reader.events(question).last?.id ?? 0
    }

    /// Reads what `Last-Event-ID` says.
    ///
    /// - Parameter text: such as `123.45`.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let transition = Int64(parts[0]), let event = Int64(parts[1]), transition >= 0,
            event >= 0
        else { return nil }
        (self.transition, self.event) = (transition, event)
    }

    /// As the stream writes it.
    var text: String { "\(transition).\(event)" }
}

/// What `/v1/stream` sends: transitions and events as they are recorded, as server-sent events.
///
/// Each message carries the position after it, so that a client that comes back with `Last-Event-ID` gets what it missed, up to
/// `mostAtOnce` of each kind; beyond that the oldest are left out, and a message `gap` says so.
///
/// - Source: the HTML standard, "Server-sent events".
final class LiveStream: Sendable {
    /// Clients at one time; a further one is answered with 503.
    static let mostClients = 32
    /// Most transitions, and most events, that one look sends.
    static let mostAtOnce = 500
    /// How often the history is looked at while somebody listens.
    static let interval = Duration.milliseconds(500)
    /// After how many looks without news something is sent all the same, so that a client that is gone is noticed.
    private static let looksToBeat = 30

    private struct State {
        var clients = 0
        var isOver = false
    }

    private let history: HistorySource
    // Owner: the mutex; used by the tasks of requests and by `finish`.
    private let state = Mutex(State())

    /// Prepares a stream that nobody follows.
    ///
    /// - Parameter history: opens the history.
    init(history: @escaping HistorySource) { self.history = history }

    /// Ends all streams, and begins no new ones.
    func finish() { state.withLock { $0.isOver = true } }

    /// Answers a client for as long as it listens.
    ///
    /// - Parameter request: its request.
    /// - Returns: the answer.
    /// - Throws: `HTTPError` 503 when there are too many, and why the history cannot be read.
    func answer(to request: Request) async throws -> Response {
        guard let name = HTTPField.Name("last-event-id") else {
            preconditionFailure("the name of the field is one")
        }
        let asked = request.headers[name].flatMap { StreamPosition($0) }
        let begin: StreamPosition
        if let asked { begin = asked } else { begin = try await position() }
        guard state.withLock({ $0.clients < Self.mostClients && !$0.isOver }) else {
            throw HTTPError(.serviceUnavailable, message: "\(Self.mostClients) clients follow the stream already")
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody { writer in
                // Counted only here: a client that is gone by now has no body.
                self.state.withLock { $0.clients += 1 }
                defer { self.state.withLock { $0.clients -= 1 } }
                try await self.follow(from: begin, &writer)
                try await writer.finish(nil)
            })
    }

    private func position() async throws -> StreamPosition {
        try await NIOThreadPool.singleton.runIfActive { [history] in try StreamPosition(presentOf: try history()) }
    }

    private func follow(from begin: StreamPosition, _ writer: inout any ResponseBodyWriter) async throws {
        var position = begin
        var silence = 0
        try await writer.write(ByteBuffer(string: "retry: 2000\nid: \(begin.text)\n\n"))
        while !state.withLock({ $0.isOver }) {
            let look = position
            let news = try await NIOThreadPool.singleton.runIfActive { [history] in
                do {
                    return try Self.news(after: look, in: try history())
                } catch let error as HistoryError where error.mayPass {
                    return ("", look)
                }
            }
            position = news.position
            silence += 1
            if !news.text.isEmpty || silence >= Self.looksToBeat {
                try await writer.write(ByteBuffer(string: news.text.isEmpty ? ": still here\n\n" : news.text))
                silence = 0
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    /// What was recorded after a position, as messages.
    ///
    /// - Parameters:
    ///   - position: what the client knows.
    ///   - reader: the history.
    /// - Returns: the messages, and what the client knows with them.
    /// - Throws: `HistoryError`.
    static func news(
        after position: StreamPosition, in reader: any HistoryReader
    ) throws -> (text: String, position: StreamPosition) {
        var position = position
        var question = HistoryQuestion()
        question.limit = mostAtOnce + 1
        question.after = position.transition
        let transitions = try reader.transitions(question)
        question.after = position.event
        let events = try reader.events(question)
        var text = ""
        if transitions.count > mostAtOnce || events.count > mostAtOnce {
            text += "event: gap\ndata: {\"missed\":true}\n\n"
        }
        for row in transitions.suffix(mostAtOnce) where row.id > position.transition {
            position.transition = row.id
            text += message("transition", row.record.row, position)
        }
        for row in events.suffix(mostAtOnce) where row.id > position.event {
            position.event = row.id
            text += message("event", row.record.row, position)
        }
        return (text, position)
    }

    private static func message(_ kind: String, _ row: Row, _ position: StreamPosition) -> String {
        // JSON's own text has no line feed.
        "event: \(kind)\nid: \(position.text)\ndata: \(row.json.text)\n\n"
    }
}
