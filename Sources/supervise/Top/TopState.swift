import Model
import Monitoring

/// What the live view shows and how: changed by keys and by news, without terminal or clock.
struct TopState {
    /// What servers are sorted by.
    enum Order: String, CaseIterable {
        case name, state, sessions, rate, queue, traffic

        /// The next one.
        var next: Order {
            let all = Self.allCases
            let index = all.firstIndex(of: self).map { ($0 + 1) % all.count } ?? 0
            return all[index]
        }
    }

    /// What keys mean at the moment.
    enum Mode: Hashable {
        case watching
        /// Letters belong to the filter.
        case filtering
        /// `y` carries an order out.
        case asking(AdministrativeState, ServerIdentity)
        case helping
    }

    /// What is to be done outside.
    enum Action: Hashable {
        case quit
        case suspend
        /// Orders something for a server.
        case set(AdministrativeState, ServerIdentity)
    }

    /// Bytes a second in both directions.
    struct Traffic: Hashable {
        var bytesIn: Int64 = 0
        var bytesOut: Int64 = 0
    }

    private(set) var view: LiveView?
    private var previous: LiveView?
    /// Why there is no news.
    private(set) var trouble: String?
    private(set) var order = Order.name
    private(set) var filter = ""
    private(set) var mode = Mode.watching
    private(set) var selected: ServerIdentity?
    /// What became of the last order.
    private(set) var message = ""

    /// How many servers a page has, for the keys that turn pages.
    var pageLength = 10

    /// Takes in how everything is now.
    ///
    /// - Parameter news: instances and servers.
    mutating func take(_ news: LiveView) {
        previous = view
        view = news
        trouble = nil
        if let selected, !servers.contains(where: { $0.identity == selected }) { self.selected = nil }
        if selected == nil { selected = servers.first?.identity }
    }

    /// Takes in that there is no news.
    ///
    /// - Parameter reason: why.
    mutating func fail(_ reason: String) { trouble = reason }

    /// Takes in what became of an order.
    ///
    /// - Parameter words: the words.
    mutating func tell(_ words: String) { message = words }

    /// The servers that are shown, in order.
    var servers: [LiveView.Server] {
        let word = filter.lowercased()
        let shown = (view?.servers ?? []).filter { server in
            word.isEmpty || "\(server.identity) \(server.status)".lowercased().contains(word)
        }
        return shown.enumerated().sorted { isBefore($0, $1) }.map(\.element)
    }

    /// What a server moved since the view before.
    ///
    /// - Parameter server: the server.
    /// - Returns: nothing while there is nothing to compare with.
    func traffic(of server: LiveView.Server) -> Traffic {
        guard let view, let previous, view.atMilliseconds > previous.atMilliseconds,
            let before = previous.servers.first(where: { $0.identity == server.identity })
        else { return Traffic() }
        let time = view.atMilliseconds - previous.atMilliseconds
        // Counters begin anew with their instance.
        func rate(_ now: Int64, _ then: Int64) -> Int64 { max(0, now - then) * 1_000 / time }
        return Traffic(
            bytesIn: rate(server.bytesIn, before.bytesIn), bytesOut: rate(server.bytesOut, before.bytesOut))
    }

    private func isBefore(
        _ left: (offset: Int, element: LiveView.Server), _ right: (offset: Int, element: LiveView.Server)
    ) -> Bool {
        let (first, second) = (measure(left.element), measure(right.element))
        return first == second ? left.offset < right.offset : first > second
    }

    /// What is greater stands higher; the order of the files decides between equals.
    private func measure(_ server: LiveView.Server) -> Int64 {
        switch order {
        case .name: 0
        case .state: server.state.trouble
        case .sessions: Int64(server.sessions)
        case .rate: Int64(server.sessionRate)
        case .queue: Int64(server.queued)
        case .traffic: traffic(of: server).bytesIn + traffic(of: server).bytesOut
        }
    }

    // MARK: Keys

    /// Takes in a key.
    ///
    /// - Parameter key: the key.
    /// - Returns: what is to be done outside; `nil` for nothing.
    mutating func press(_ key: TopKey) -> Action? {
        if key == .interrupt { return .quit }
        if key == .suspend { return .suspend }
        switch mode {
        case .watching: return watch(key)
        case .filtering:
            edit(key)
            return nil
        case .asking(let state, let server):
            mode = .watching
            guard key == .character("y") || key == .character("Y") else {
                message = "\(server.server) is left as it is"
                return nil
            }
            return .set(state, server)
        case .helping:
            mode = .watching
            return key == .character("q") ? .quit : nil
        }
    }

    private mutating func watch(_ key: TopKey) -> Action? {
        message = ""
        switch key {
        case .character("q"): return .quit
        case .character("h"), .character("?"): mode = .helping
        case .character("s"): order = order.next
        case .character("f"), .character("/"): mode = .filtering
        case .character("d"): ask(.drain)
        case .character("r"): ask(.ready)
        case .character("m"): ask(.maint)
        case .up, .character("k"): move(by: -1)
        case .down, .character("j"): move(by: 1)
        case .pageUp: move(by: -pageLength)
        case .pageDown: move(by: pageLength)
        case .escape: filter = ""
        case .character, .enter, .backspace, .interrupt, .suspend: break
        }
        return nil
    }

    private mutating func ask(_ state: AdministrativeState) {
        guard let selected else {
            message = "there is no server to choose"
            return
        }
        mode = .asking(state, selected)
    }

    private mutating func edit(_ key: TopKey) {
        switch key {
        case .character(let letter): filter.append(letter)
        case .backspace: filter = String(filter.dropLast())
        case .enter: mode = .watching
        case .escape:
            filter = ""
            mode = .watching
        case .up, .down, .pageUp, .pageDown, .interrupt, .suspend: break
        }
        if !servers.contains(where: { $0.identity == selected }) { selected = servers.first?.identity }
    }

    private mutating func move(by count: Int) {
        let shown = servers
        guard !shown.isEmpty else { return }
        let place = shown.firstIndex { $0.identity == selected } ?? 0
        selected = shown[min(max(0, place + count), shown.count - 1)].identity
    }
}

extension ServerState {
    /// How much a person has to look after a server that is in this state.
    fileprivate var trouble: Int64 {
        switch self {
        case .down: 6
        case .degraded: 5
        case .unknown: 4
        case .stopping: 3
        case .drain: 2
        case .maint: 1
        case .up: 0
        }
    }
}
