import Foundation

/// A scenario could not go on.
struct ScenarioError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Waits until something is there.
///
/// - Parameters:
///   - what: what is waited for, for the error.
///   - limit: how long at most.
///   - interval: how long between two looks at most; the first come sooner after one another.
///   - look: looks for it; `nil` means not yet.
/// - Returns: what was found.
/// - Throws: `ScenarioError` when the time is over, and what `look` throws.
func eventually<Value>(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(20),
    every interval: Duration = .milliseconds(10),
    _ look: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    var pause = min(interval, .milliseconds(1))
    while true {
        if let value = try await look() { return value }
        guard ContinuousClock.now < deadline else { throw ScenarioError("not within \(limit): \(what())") }
        try await Task.sleep(for: pause)
        pause = min(interval, pause * 2)
    }
}

/// Waits until a claim holds.
///
/// - Parameters:
///   - what: what is waited for, for the error.
///   - limit: how long at most.
///   - interval: how long between two looks at most; the first come sooner after one another.
///   - holds: whether it holds by now.
/// - Throws: `ScenarioError` when the time is over, and what `holds` throws.
func eventually(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(20),
    every interval: Duration = .milliseconds(10),
    holds: () async throws -> Bool
) async throws {
    let _: Void = try await eventually(what(), within: limit, every: interval) { try await holds() ? () : nil }
}
