import Foundation
import History
import Model

/// What stands below a table on a terminal: a bar for each server and a line that sums up.
struct StateOverview {
    /// More servers than this have no bars: they would push the table off the screen.
    private static let shownServers = 12
    private static let widestBar = 60
    private static let narrowestBar = 10

    let times: TimeFormat
    let isColored: Bool
    /// How many characters fit on a line.
    let columns: Int
    /// The servers that change their state too often.
    var flapping: [ServerIdentity: Flapping] = [:]
    /// Checks that failed without an outage, where the accounts do not say it.
    var softFailures = 0

    /// Whether so many servers have bars.
    ///
    /// - Parameter servers: how many there are.
    /// - Returns: false when they are too many.
    func draws(_ servers: Int) -> Bool { servers <= Self.shownServers }

    /// The lines.
    ///
    /// - Parameters:
    ///   - lanes: the servers' states.
    ///   - accounts: the servers' accounts; `nil` is those of the lanes.
    ///   - transitions: how many transitions the table shows; `nil` where it shows none.
    /// - Returns: the lines, without newlines.
    func lines(_ lanes: [StateLane], accounts: [Availability]? = nil, transitions: Int?) -> [String] {
        let summary = Self.summary(
            accounts ?? lanes.map(\.account), transitions: transitions, softFailures: softFailures)
        guard let since = lanes.map(\.since).min(), let until = lanes.map(\.until).max(), draws(lanes.count) else {
            return ["", summary]
        }
        var lines = [""]
        let names = lanes.map(\.server.description.printable)
        let longest = names.map(\.count).max() ?? 0
        let marks = lanes.map { flapping[$0.server].map { "  \(Self.mark($0))" } ?? "" }
        let width = min(Self.widestBar, columns - longest - 2 - (marks.map(\.count).max() ?? 0))
        if width >= Self.narrowestBar {
            let bar = TimelineBar(since: since, until: until, width: width)
            for (index, lane) in lanes.enumerated() {
                let padding = String(repeating: " ", count: longest - names[index].count)
                lines.append(
                    "\(names[index])\(padding)  \(bar.text(lane, isColored: isColored))\(marks[index])")
            }
            lines.append("\(times.text(since)) to \(times.text(until)); \(TimelineBar.legend)")
        }
        return lines + [summary]
    }

    /// Such as `flapping (47 %)`.
    static func mark(_ flapping: Flapping) -> String { "flapping (\(Int(flapping.percent)) %)" }

    /// Such as `12 transitions; 2 servers; down 3 m 12 s in all; 99.981 % available; 4 checks failed without an outage`.
    static func summary(_ accounts: [Availability], transitions: Int?, softFailures: Int = 0) -> String {
        let up = accounts.reduce(0) { $0 + $1.upMilliseconds }
        let down = accounts.reduce(0) { $0 + $1.downMilliseconds }
        var words: [String] = []
        if let transitions { words.append(transitions == 1 ? "1 transition" : "\(transitions) transitions") }
        words.append(accounts.count == 1 ? "1 server" : "\(accounts.count) servers")
        words.append(down == 0 ? "never down" : "down \(DurationFormat.text(milliseconds: down)) in all")
        if up + down > 0 { words.append("\(PercentFormat.text(Double(up) / Double(up + down))) available") }
        let soft = accounts.reduce(softFailures) { $0 + $1.softFailures }
        if soft > 0 { words.append("\(soft == 1 ? "1 check" : "\(soft) checks") failed without an outage") }
        return words.joined(separator: "; ")
    }
}
