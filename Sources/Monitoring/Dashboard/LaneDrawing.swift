import History
import Model

/// Draws a server's lane: its states over a period, to the scale of time.
///
/// A calm lane has a mark for each of its parts, which says when, why and how long when it is pointed at or has the keyboard, and
/// leads to the transition. In a lane with many parts only the longest of those that are not UP are told one by one, and the rest
/// is drawn with a few paths.
struct LaneDrawing {
    /// The most parts of a lane of which each is told, on a page with few lanes.
    static let mostTold = 60
    /// The same where there are so many lanes that only few of each can be marked.
    private static let leastTold = 12
    /// How narrow a part that isn't UP gets at the least, as a share of the lane: no outage is too short to be seen.
    static let leastWidth = 0.0022
    /// How wide a part is at least that has its letter in it.
    static let letterWidth = 0.018
    /// Parts of a lane's width, in paths.
    private static let units = 20_000.0

    /// The axis.
    let span: DashboardSpan
    /// Writes times.
    let words: DashboardWords
    /// What is known of transitions, by their numbers.
    let records: [Int64: TransitionRecord]
    /// The most parts of a lane that can be reached with the keyboard.
    let mostMarks: Int

    /// The parts of a lane that get a mark of their own: the longest of those that are not UP.
    ///
    /// - Parameters:
    ///   - lane: the lane.
    ///   - most: how many at most.
    /// - Returns: their places among the lane's parts.
    static func marked(_ lane: LaneOutline, most: Int) -> Set<Int> {
        let candidates = lane.parts.indices.filter { index in
            switch lane.parts[index].content {
            case .state(.up), .state(.unknown), .mixed: false
            case .state: true
            }
        }
        guard candidates.count > most else { return Set(candidates) }
        return Set(candidates.sorted { lane.parts[$0].milliseconds > lane.parts[$1].milliseconds }.prefix(most))
    }

    /// Draws a lane.
    ///
    /// - Parameters:
    ///   - lane: the lane.
    ///   - bands: when backups carried its proxy's traffic.
    ///   - page: the address of the server's page.
    ///   - label: what the lane as a whole says.
    /// - Returns: the SVG.
    func svg(_ lane: LaneOutline, bands: [BackupBand], page: String, label: String) -> Markup {
        var markup = Markup()
        markup.raw("<svg class=\"lane\" width=\"100%\" height=\"")
        markup.number(StateLook.laneHeight)
        markup.raw("\" role=\"group\"")
        markup.attribute("aria-label", label)
        markup.raw(">")
        for band in bands { draw(band, &markup) }
        if lane.parts.count <= max(Self.leastTold, mostMarks) {
            // What stands out lies above, and is where the keyboard comes in.
            for part in lane.parts where !standsOut(part) { mark(part, page, isQuiet: true, &markup) }
            for part in lane.parts where standsOut(part) { mark(part, page, &markup) }
        } else {
            drawMany(lane, page, &markup)
        }
        drawTurnings(of: lane, &markup)
        markup.raw("</svg>")
        return markup
    }

    private func standsOut(_ part: LaneOutline.Part) -> Bool {
        switch part.content {
        case .state(.up), .state(.unknown), .mixed: false
        case .state: true
        }
    }

    // MARK: One by one

    private func draw(_ band: BackupBand, _ markup: inout Markup) {
        markup.raw("<rect class=\"band\" y=\"0\" height=\"100%\"")
        place(from: band.from, to: band.to, least: 0, &markup)
        markup.raw("><title>")
        markup.escaped("A backup carried the traffic, \(words.text(from: band.from, to: band.to))")
        markup.raw("</title></rect>")
    }

    private func bar(_ part: LaneOutline.Part, _ look: StateLook, _ state: ServerState, _ markup: inout Markup) {
        // A class would win over the pattern.
        if let pattern = look.pattern {
            markup.raw("<rect fill=\"")
            markup.raw(pattern)
        } else {
            markup.raw("<rect class=\"")
            markup.raw(look.name)
        }
        markup.raw("\" y=\"")
        markup.number(look.top)
        markup.raw("\" height=\"")
        markup.number(look.height)
        markup.raw("\"")
        place(from: part.from, to: part.to, least: state == .up || state == .unknown ? 0 : Self.leastWidth, &markup)
        markup.attribute("data-state", state.rawValue)
        markup.raw(">")
    }

    /// Draws a part as a link.
    ///
    /// - Parameters:
    ///   - part: the part.
    ///   - page: the address of the server's page.
    ///   - isQuiet: whether it is no stop of the tab key, and is reached with the arrows from one that is.
    ///   - markup: where to.
    private func mark(_ part: LaneOutline.Part, _ page: String, isQuiet: Bool = false, _ markup: inout Markup) {
        markup.raw(isQuiet ? "<a class=\"mark quiet\" tabindex=\"-1\"" : "<a class=\"mark\"")
        markup.attribute("href", page + (part.transition.map { "?at=\($0)#t\($0)" } ?? ""))
        markup.raw("><title>")
        markup.escaped(text(of: part))
        markup.raw("</title>")
        switch part.content {
        case .state(let state):
            let look = StateLook(state)
            bar(part, look, state, &markup)
            markup.raw("</rect>")
            if !isQuiet { letter(of: part, look, &markup) }
        case .mixed(let share, _): nested(&markup) { columns(of: [(part, share)], &$0) }
        }
        markup.raw("</a>")
    }

    private func letter(of part: LaneOutline.Part, _ look: StateLook, _ markup: inout Markup) {
        let (from, to) = (span.position(of: part.from), span.position(of: part.to))
        guard to - from >= Self.letterWidth else { return }
        markup.raw("<text y=\"18\" x=\"")
        markup.percent((from + to) / 2)
        markup.raw("\" aria-hidden=\"true\" class=\"on-")
        markup.raw(look.name)
        markup.raw("\">")
        markup.raw(look.letter)
        markup.raw("</text>")
    }

    private func place(from: Timestamp, to: Timestamp, least: Double, _ markup: inout Markup) {
        let (from, to) = (span.position(of: from), span.position(of: to))
        let width = max(least, to - from)
        markup.raw(" x=\"")
        markup.percent(min(from, 1 - width))
        markup.raw("\" width=\"")
        markup.percent(width)
        markup.raw("\"")
    }

    // MARK: In paths

    private func drawMany(_ lane: LaneOutline, _ page: String, _ markup: inout Markup) {
        let marked = Self.marked(lane, most: mostMarks)
        var mixed: [(LaneOutline.Part, Availability)] = []
        var plain: [ServerState: [LaneOutline.Part]] = [:]
        for (index, part) in lane.parts.enumerated() where !marked.contains(index) {
            switch part.content {
            case .state(.unknown) where part.milliseconds > span.milliseconds / 100:
                mark(part, page, isQuiet: true, &markup)
            case .state(let state): plain[state, default: []].append(part)
            case .mixed(let share, _): mixed.append((part, share))
            }
        }
        nested(&markup) { markup in
            for state in ServerState.allCases {
                guard let parts = plain[state] else { continue }
                let look = StateLook(state)
                let least = state == .up || state == .unknown ? 0 : Int(Self.leastWidth * Self.units)
                path(look.name, &markup) { markup in
                    for part in parts { column(part, look.top, look.height, least, &markup) }
                }
            }
            columns(of: mixed, &markup)
        }
        for index in marked.sorted() { mark(lane.parts[index], page, &markup) }
    }

    /// A drawing that is as wide as the lane, and measured in parts of its width.
    private func nested(_ markup: inout Markup, _ body: (inout Markup) -> Void) {
        markup.raw("<svg width=\"100%\" height=\"100%\" preserveAspectRatio=\"none\" viewBox=\"0 0 20000 26\">")
        body(&markup)
        markup.raw("</svg>")
    }

    private func path(_ name: StaticString, _ markup: inout Markup, _ body: (inout Markup) -> Void) {
        markup.raw("<path class=\"")
        markup.raw(name)
        markup.raw("\" d=\"")
        body(&markup)
        markup.raw("\"/>")
    }

    /// Mixed parts as columns whose heights are the shares of their time: up at the bottom, down at the top.
    private func columns(of parts: [(part: LaneOutline.Part, share: Availability)], _ markup: inout Markup) {
        guard !parts.isEmpty else { return }
        let height = StateLook.laneHeight - 2
        func rows(_ milliseconds: Int64, of part: LaneOutline.Part) -> Int {
            // The least that there was gets two pixels.
            guard milliseconds > 0 else { return 0 }
            return max(2, Int(Double(milliseconds) / Double(max(1, part.milliseconds)) * Double(height)))
        }
        path("up", &markup) { markup in
            for (part, share) in parts where share.upMilliseconds > 0 {
                let above =
                    rows(share.downMilliseconds, of: part) + rows(share.maintMilliseconds, of: part)
                    + rows(share.unknownMilliseconds, of: part)
                column(part, 1 + above, max(1, height - above), 0, &markup)
            }
        }
        path("down", &markup) { markup in
            for (part, share) in parts where share.downMilliseconds > 0 {
                column(part, 1, rows(share.downMilliseconds, of: part), Int(Self.leastWidth * Self.units), &markup)
            }
        }
        path("maint", &markup) { markup in
            for (part, share) in parts where share.maintMilliseconds > 0 {
                let above = rows(share.downMilliseconds, of: part)
                column(part, 1 + above, rows(share.maintMilliseconds, of: part), 0, &markup)
            }
        }
    }

    private func column(
        _ part: LaneOutline.Part, _ top: Int, _ height: Int, _ least: Int, _ markup: inout Markup
    ) {
        let from = Int(span.position(of: part.from) * Self.units)
        let to = Int((span.position(of: part.to) * Self.units).rounded(.up))
        let width = max(to - from, least, 1)
        markup.raw("M")
        markup.number(min(from, Int(Self.units) - width))
        markup.raw(" ")
        markup.number(top)
        markup.raw("h")
        markup.number(width)
        markup.raw("v")
        markup.number(height)
        markup.raw("h-")
        markup.number(width)
        markup.raw("z")
    }

    // MARK: In words

    /// What a part says of itself: state, times, cause, sessions.
    ///
    /// - Parameter part: the part.
    /// - Returns: the words.
    func text(of part: LaneOutline.Part) -> String {
        let when = words.text(from: part.from, to: part.to)
        let length = DashboardWords.length(milliseconds: part.milliseconds)
        switch part.content {
        case .state(let state):
            let what = "\(state.rawValue) \(when) (\(length))"
            guard state != .unknown, let record = part.transition.flatMap({ records[$0] }) else { return what }
            let why = TransitionWords(record).afterwards
            return why.isEmpty ? what : "\(what): \(why)"
        case .mixed(let share, let changes):
            let parts = [
                (share.upMilliseconds, "up"), (share.downMilliseconds, "down"),
                (share.maintMilliseconds, "in maintenance"),
                (share.unknownMilliseconds, "unknown"),
            ].filter { $0.0 > 0 }.map { "\(DashboardWords.length(milliseconds: $0.0)) \($0.1)" }
            return "\(when) (\(length)): \(DashboardWords.count(changes, "change")); " + parts.joined(separator: ", ")
        }
    }
}
