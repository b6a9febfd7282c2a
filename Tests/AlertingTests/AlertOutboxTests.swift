import Foundation
import Model
import Testing

@testable import Alerting

/// Messages on their way, without a network and with a clock of the test's own.
@Suite("the alerts' outbox")
struct AlertOutboxTests {
    private static let begin = Timestamp(millisecondsSinceEpoch: 1_767_225_600_000)
    private let alert = AlertSettings(
        name: "ops", occasions: [.fatal], receiver: .webhook(url: "http://127.0.0.1/", secret: nil))
    private let message = AlertMessage(.fatal, at: begin, instance: "warren")

    @Test("messages go out in order, each under a name that no other has, also after a restart")
    func order() throws {
        var outbox = AlertOutbox()
        #expect(outbox.put([message, message], for: [alert], at: Self.begin) == [])
        let first = try #require(outbox.next(of: "ops"))
        outbox.delivered(first)
        var later = try JSONDecoder().decode(AlertOutbox.self, from: JSONEncoder().encode(outbox))
        _ = later.put([message], for: [alert], at: Self.begin)
        let second = try #require(later.next(of: "ops"))
        later.delivered(second)
        let third = try #require(later.next(of: "ops"))
        #expect(Set([first, second, third].map(\.message.id)).count == 3)
        later.delivered(third)
        #expect(later.next(of: "ops") == nil && later.count == 0)
        #expect(later.next(of: "others") == nil)
    }

    @Test("the pauses double up to a bound, until the alert's patience ends")
    func pauses() throws {
        var outbox = AlertOutbox()
        _ = outbox.put([message], for: [alert], at: Self.begin)
        var now = Self.begin
        var pauses: [Int64] = []
        while let delivery = outbox.next(of: "ops"), pauses.count < 100 {
            #expect(delivery.attempts == pauses.count)
            guard case .retry(let due) = outbox.failed(delivery, at: now, patience: .seconds(3600)) else { break }
            pauses.append((due.millisecondsSinceEpoch - now.millisecondsSinceEpoch) / 1000)
            now = due
        }
        #expect(pauses.prefix(10) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300])
        #expect(pauses.reduce(0, +) == 3600, "the last attempt is at the very end")
        #expect(outbox.count == 0)
    }

    @Test("what is too much is refused, by the alert's name")
    func capacity() {
        var outbox = AlertOutbox()
        let many = Array(repeating: message, count: AlertOutbox.capacity)
        #expect(outbox.put(many, for: [alert], at: Self.begin) == [])
        #expect(outbox.put([message], for: [alert], at: Self.begin) == ["ops"])
        #expect(outbox.count == AlertOutbox.capacity)
    }

    @Test("what waits for an alert that is gone is forgotten")
    func gone() {
        var outbox = AlertOutbox()
        _ = outbox.put([message], for: [alert], at: Self.begin)
        #expect(outbox.keep(only: ["ops"]) == 0)
        #expect(outbox.keep(only: ["pager"]) == 1)
        #expect(outbox.count == 0)
    }
}
