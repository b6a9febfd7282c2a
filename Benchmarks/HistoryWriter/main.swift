import Foundation
import History
import Model

// What the history's writer takes in, and for how long it keeps others waiting; called by history-writing.py, which prepares the
// databases and knows the limits.
//
//     HistoryWriter transitions STATE_DIRECTORY COUNT
//     HistoryWriter pruning STATE_DIRECTORY DAYS SECONDS

/// Offers transitions as fast as the writer takes them, and none that it has no room for.
///
/// Prints `transitions, seconds, seconds of the writer's processor time`.
func transitions(in state: String, count: Int) async throws {
    /// Half of what a recorder keeps waiting: the writer never runs dry, and nothing is dropped.
    let mostWaiting = 30_000
    let recorder = recorder(in: state, ahead: 0)
    recorder.start()
    await recorder.flush()
    let servers = (0..<200).map {
        ServerIdentity(instance: "instance\($0 / 10)", proxy: "proxy\($0 / 10)", server: "server\($0 % 10)")
    }
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let begin = (wall: ContinuousClock.now, work: try writersTime())
    for number in 0..<count {
        var record = TransitionRecord(
            at: Timestamp(millisecondsSinceEpoch: now + Int64(number / 200)), server: servers[number % 200],
            from: number / 200 % 2 == 0 ? .up : .down, to: number / 200 % 2 == 0 ? .down : .up)
        (record.status, record.detail, record.checkMilliseconds) = (.layer4Error, "Connection refused", 1)
        (record.lastedMilliseconds, record.sessions, record.activeServers) = (60_000, 4, 9)
        recorder.offer(.transition(record))
        while recorder.status.queued >= mostWaiting { try await Task.sleep(for: .milliseconds(1)) }
    }
    await recorder.flush()
    let seconds = ContinuousClock.now - begin.wall
    let status = recorder.status
    guard status.dropped == 0, status.written >= count else {
        throw Failure(description: "\(status.written) written, \(status.dropped) dropped of \(count)")
    }
    print(count, seconds / .seconds(1), try writersTime() - begin.work)
    await recorder.stop()
}

/// Has a recorder find that days have gone by, and hands it a transition every now and then while it removes what is old.
///
/// Prints for each of them how many milliseconds it took until it was in the database.
func pruning(in state: String, days: Double, seconds: Double) async throws {
    let recorder = recorder(in: state, ahead: days * 86_400)
    recorder.start()
    await recorder.flush()
    let server = ServerIdentity(instance: "instance0", proxy: "proxy0", server: "server0")
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        let at = Int64((Date().timeIntervalSince1970 + days * 86_400) * 1000)
        let begin = ContinuousClock.now
        recorder.offer(
            .transition(
                TransitionRecord(
                    at: Timestamp(millisecondsSinceEpoch: at), server: server, from: .up, to: .down)))
        await recorder.flush()
        print((ContinuousClock.now - begin) / .milliseconds(1))
        try await Task.sleep(for: .milliseconds(15))
    }
    await recorder.stop()
}

/// A recorder whose clock is ahead.
func recorder(in state: String, ahead seconds: Double) -> Recorder {
    Recorder(
        stateDirectory: state, version: "benchmark", processID: ProcessInfo.processInfo.processIdentifier,
        now: { Timestamp(millisecondsSinceEpoch: Int64((Date().timeIntervalSince1970 + seconds) * 1000)) },
        report: { FileHandle.standardError.write(Data("\($0)\n".utf8)) })
}

/// The processor time of the recorder's thread so far, in seconds.
///
/// - Source: Linux, Documentation/scheduler/sched-stats.rst: the first number of `schedstat` is nanoseconds.
func writersTime() throws -> Double {
    let tasks = "/proc/self/task"
    for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
        guard try String(contentsOfFile: "\(tasks)/\(task)/comm", encoding: .utf8) == "history\n" else { continue }
        let numbers = try String(contentsOfFile: "\(tasks)/\(task)/schedstat", encoding: .utf8)
        return (numbers.split(separator: " ").first.flatMap { Double($0) } ?? 0) / 1e9
    }
    throw Failure(description: "the recorder has no thread")
}

/// Why nothing could be measured.
struct Failure: Error, CustomStringConvertible {
    let description: String
}

let words = CommandLine.arguments.dropFirst()
switch (words.first, words.dropFirst().first, words.dropFirst(2).compactMap { Double($0) }) {
case ("transitions", let state?, let numbers) where numbers.count == 1:
    try await transitions(in: state, count: Int(numbers[0]))
case ("pruning", let state?, let numbers) where numbers.count == 2:
    try await pruning(in: state, days: numbers[0], seconds: numbers[1])
default: throw Failure(description: "usage: HistoryWriter transitions STATE COUNT | pruning STATE DAYS SECONDS")
}
