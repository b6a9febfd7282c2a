import Model
import Monitoring

/// One picture of the live view: lines for a terminal of a given size.
///
/// A value, made of the state alone.
struct TopFrame {
    /// How large the terminal is.
    struct Size: Hashable {
        var columns: Int
        var rows: Int
    }

    /// The narrowest terminal whose lines are complete.
    static let leastColumns = 80

    /// The lines, each at most as long as the terminal is wide, escapes left out.
    private(set) var lines: [String] = []

    private let state: TopState
    private let size: Size
    private let isColored: Bool

    /// Draws.
    ///
    /// - Parameters:
    ///   - state: what to show.
    ///   - size: how large the terminal is.
    ///   - isColored: whether states have colours.
    init(_ state: TopState, size: Size, isColored: Bool) {
        self.state = state
        self.size = size
        self.isColored = isColored
        let foot = self.foot
        if case .helping = state.mode {
            lines = head + [""] + Self.help.map(cut)
        } else {
            let top = head + instances
            let room = max(1, size.rows - top.count - 2 - foot.count)
            lines = top + [""] + servers(in: room)
        }
        lines = Array(lines.prefix(max(0, size.rows - foot.count)))
        while lines.count < size.rows - foot.count { lines.append("") }
        lines = (lines + foot).prefix(size.rows).map { $0 }
    }

    /// What a terminal has to be sent for it: from the upper left corner on, every line to its end, in one piece.
    ///
    /// - Source: ECMA-48: CUP, EL, ED.
    var text: String {
        "\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J"
    }

    // MARK: Head and foot

    private var head: [String] {
        guard let view = state.view else { return [cut("supervise top  waiting for the supervisor")] }
        let up = view.instances.reduce(0) { $0 + $1.serversUp }
        let all = view.instances.reduce(0) { $0 + $1.servers }
        let sessions = view.instances.reduce(0) { $0 + $1.sessions }
        let rate = view.instances.reduce(0) { $0 + $1.sessionRate }
        let time = TimeFormat().text(Timestamp(millisecondsSinceEpoch: view.atMilliseconds)).prefix(19)
        return [cut("supervise top  \(time)  servers \(up)/\(all)  sessions \(sessions)  \(rate)/s")]
    }

    private var foot: [String] {
        if let trouble = state.trouble { return [painted(cut(trouble.printable), .red)] }
        switch state.mode {
        case .filtering: return [cut("filter: \(state.filter.printable)_  (Enter keeps it, Esc clears it)")]
        case .asking(let administrative, let server):
            return [painted(cut("\(administrative.rawValue) \(server)? y/n"), .yellow)]
        case .helping: return [cut("any key goes back")]
        case .watching:
            if !state.message.isEmpty { return [cut(state.message.printable)] }
            let filter = state.filter.isEmpty ? "" : "filter: \(state.filter.printable)  "
            return [
                cut("\(filter)h help  s sort: \(state.order.rawValue)  f filter  d drain  r ready  m maint  q quit")
            ]
        }
    }

    private static let help = [
        "  up, down, k, j         choose a server; Page Up and Page Down go further",
        "  s                      sort by name, state, sessions, rate, queue, traffic",
        "  f or /                 show only servers whose name or state has these letters",
        "  Esc                    show all servers again",
        "  d, r, m                drain the chosen server, make it ready, take it out",
        "  h or ?                 this help",
        "  q or Ctrl-C            quit;  Ctrl-Z suspends",
        "",
        "  IN/s and OUT/s are bytes from and to clients since the picture before.",
        "  What is ordered here is in the history, with your name.",
    ]

    // MARK: Instances

    private static let instanceTitles = ["STATE", "SERVERS", "SESSIONS", "RATE", "UPTIME"]
    private static let instanceWidths = [10, 8, 9, 7, 10]

    /// A line for each instance, in at most a third of the terminal.
    private var instances: [String] {
        let all = state.view?.instances ?? []
        let room = max(1, size.rows / 3 - 1)
        let shown = all.prefix(all.count > room ? room - 1 : room)
        var lines = [line("INSTANCE", Self.instanceTitles, Self.instanceWidths)]
        lines += shown.map { instance in
            let words = [
                instance.state.rawValue, "\(instance.serversUp)/\(instance.servers)", "\(instance.sessions)",
                "\(instance.sessionRate)/s",
                instance.uptimeSeconds.map { DurationFormat.text(seconds: $0) } ?? "-",
            ]
            let isWell = instance.state == .running && instance.serversUp > 0
            return painted(line(instance.name, words, Self.instanceWidths), isWell ? nil : .red)
        }
        if shown.count < all.count { lines.append(cut("and \(all.count - shown.count) more instances")) }
        return lines
    }

    // MARK: Servers

    private static let serverTitles = ["STATE", "SESS", "RATE", "QUEUE", "IN/s", "OUT/s", "SINCE"]
    private static let serverWidths = [10, 6, 6, 5, 8, 8, 9]
    /// What wider terminals show besides.
    private static let moreTitles = ["CHECK", "WEIGHT"]
    private static let moreWidths = [9, 6]
    private static let wideColumns = 100

    private func servers(in room: Int) -> [String] {
        let isWide = size.columns >= Self.wideColumns
        let widths = Self.serverWidths + (isWide ? Self.moreWidths : [])
        let title = line("SERVER", Self.serverTitles + (isWide ? Self.moreTitles : []), widths)
        let all = state.servers
        guard !all.isEmpty else { return [title, cut(state.filter.isEmpty ? "no servers" : "no server matches")] }
        let chosen = all.firstIndex { $0.identity == state.selected } ?? 0
        // The chosen one is always there; its page stays as long as it is on it.
        let first = chosen / room * room
        return [title]
            + all[first..<min(first + room, all.count)].map { server in
                let traffic = state.traffic(of: server)
                var words = [
                    server.status, "\(server.sessions)", "\(server.sessionRate)", "\(server.queued)",
                    ByteFormat.text(traffic.bytesIn), ByteFormat.text(traffic.bytesOut),
                    DurationFormat.text(seconds: Int64(server.secondsInState)),
                ]
                if isWide { words += [server.check.isEmpty ? "-" : server.check, "\(server.weight)"] }
                let name = server.isBackup ? "\(server.identity) (backup)" : "\(server.identity)"
                let text = line(name, words, widths)
                let isChosen = server.identity == state.selected
                return isChosen ? "\u{1B}[7m\(text)\u{1B}[0m" : painted(text, color(of: server.state))
            }
    }

    private func color(of state: ServerState) -> Color? {
        switch state {
        case .up: nil
        case .down: .red
        case .degraded, .stopping: .yellow
        case .drain, .maint: .blue
        case .unknown: .grey
        }
    }

    // MARK: Lines

    /// A name in what the columns leave, and the columns, the first one to the left, numbers to the right.
    private func line(_ name: String, _ words: [String], _ widths: [Int]) -> String {
        let left = max(8, min(size.columns, 160) - widths.reduce(0) { $0 + $1 + 1 })
        var line = fitted(name.printable, left)
        for (index, (word, width)) in zip(words, widths).enumerated() {
            let text = word.count > width ? String(word.prefix(width)) : word
            let padding = String(repeating: " ", count: width - text.count)
            line += " " + (index == 0 ? text + padding : padding + text)
        }
        return cut(line)
    }

    /// A name's end says more than its beginning.
    private func fitted(_ name: String, _ width: Int) -> String {
        guard name.count > width else { return name + String(repeating: " ", count: width - name.count) }
        return "…" + name.suffix(width - 1)
    }

    private func cut(_ text: String) -> String { String(text.prefix(size.columns)) }

    private func painted(_ text: String, _ color: Color?) -> String {
        isColored ? color?.painted(text) ?? text : text
    }
}
