import History
import Model

/// A server's states over a period as one line of characters, each of which stands for an equal part of it.
///
/// A stretch begins with its state's letter and goes on with its pattern, so that nothing depends on colour. Where a part saw
/// several states, the worst of them is shown: no outage is too short to be seen.
struct TimelineBar {
    /// How a state is shown.
    private struct Mark {
        let letter: Character
        let fill: Character
        let color: Color
    }

    /// What the letters mean, for those who see them first.
    static let legend = "U up, D down, G degraded, R drain, N stopping, M maint, ? unknown"

    private let since: Int64
    private let until: Int64
    private let width: Int

    /// Prepares bars over a common period.
    ///
    /// - Parameters:
    ///   - since: its beginning.
    ///   - until: its end.
    ///   - width: how many characters a bar has.
    init(since: Timestamp, until: Timestamp, width: Int) {
        self.since = since.millisecondsSinceEpoch
        self.until = max(until.millisecondsSinceEpoch, since.millisecondsSinceEpoch + 1)
        self.width = max(1, width)
    }

    /// A server's bar.
    ///
    /// - Parameters:
    ///   - lane: the server's states.
    ///   - isColored: whether to colour it.
    /// - Returns: the characters, and the escapes between them.
    func text(_ lane: StateLane, isColored: Bool) -> String {
        let states = states(lane)
        var text = ""
        var index = 0
        while index < width {
            var end = index
            while end < width, states[end] == states[index] { end += 1 }
            let mark = Self.mark(states[index])
            let run = String(mark.letter) + String(repeating: mark.fill, count: end - index - 1)
            text += isColored ? mark.color.painted(run) : run
            index = end
        }
        return text
    }

    /// The state that each character shows.
    ///
    /// - Parameter lane: the server's states.
    /// - Returns: one state a character.
    func states(_ lane: StateLane) -> [ServerState] {
        var covered = [Int64](repeating: 0, count: width)
        var states = [ServerState?](repeating: nil, count: width)
        for stretch in lane.known {
            let from = max(stretch.from.millisecondsSinceEpoch, since)
            let to = min(stretch.to.millisecondsSinceEpoch, until)
            guard from < to else { continue }
            for cell in self.cell(from)...self.cell(to - 1) {
                covered[cell] += min(to, edge(cell + 1)) - max(from, edge(cell))
                if states[cell].map({ Self.rank($0) < Self.rank(stretch.state) }) ?? true {
                    states[cell] = stretch.state
                }
            }
        }
        return (0..<width).map { cell in
            guard let state = states[cell] else { return .unknown }
            // A part of which most is not known shows that, unless something was wrong in the rest.
            let isMostlyUnknown = covered[cell] * 2 < edge(cell + 1) - edge(cell)
            return isMostlyUnknown && Self.rank(state) <= Self.rank(.unknown) ? .unknown : state
        }
    }

    private func cell(_ moment: Int64) -> Int {
        min(width - 1, Int(Double(moment - since) / Double(until - since) * Double(width)))
    }

    private func edge(_ cell: Int) -> Int64 {
        since + Int64(Double(until - since) * Double(cell) / Double(width))
    }

    /// What is worse hides what is better.
    private static func rank(_ state: ServerState) -> Int {
        switch state {
        case .up: 0
        case .unknown: 1
        case .drain, .stopping: 2
        case .maint: 3
        case .degraded: 4
        case .down: 5
        }
    }

    private static func mark(_ state: ServerState) -> Mark {
        switch state {
        case .up: Mark(letter: "U", fill: "▇", color: .green)
        case .down: Mark(letter: "D", fill: "▁", color: .red)
        case .degraded: Mark(letter: "G", fill: "▅", color: .yellow)
        case .drain: Mark(letter: "R", fill: "▄", color: .blue)
        case .maint: Mark(letter: "M", fill: "▂", color: .blue)
        case .stopping: Mark(letter: "N", fill: "▄", color: .yellow)
        case .unknown: Mark(letter: "?", fill: "·", color: .grey)
        }
    }
}
