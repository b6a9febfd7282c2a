import History
import Model

/// Where a server was going up or down: checks said so already, and its state had not followed yet.
extension LaneDrawing {
    /// The most of them that are told one by one; of more the longest are.
    static let mostTurnings = 40
    /// How narrow one gets at the least, as a share of the lane.
    private static let leastTurningWidth = 0.0012
    /// How far they are from the lane's upper edge, in pixels: higher than UP, and not as high as DOWN.
    private static let top = 3

    /// Draws the times in which a server was turning, over the states that it had meanwhile.
    ///
    /// - Parameters:
    ///   - lane: the lane; parts of it that show shares alone stay as they are.
    ///   - markup: where to.
    func drawTurnings(of lane: LaneOutline, _ markup: inout Markup) {
        let mixed = lane.parts.filter { if case .mixed = $0.content { true } else { false } }
        let visible = lane.turnings.filter { turning in
            turning.to > span.since && turning.from < span.until
                && !mixed.contains { $0.from < turning.to && turning.from < $0.to }
        }
        let longest = visible.sorted { $0.milliseconds > $1.milliseconds }.prefix(Self.mostTurnings)
        for turning in longest.sorted(by: { $0.from < $1.from }) {
            let (from, to) = (span.position(of: turning.from), span.position(of: turning.to))
            let width = max(to - from, Self.leastTurningWidth)
            markup.raw("<rect fill=\"url(#p-turning)\" y=\"")
            markup.number(Self.top)
            markup.raw("\" height=\"")
            markup.number(StateLook.laneHeight - 2 * Self.top)
            markup.raw("\" x=\"")
            // It ends where the state followed.
            markup.percent(max(0, to - width))
            markup.raw("\" width=\"")
            markup.percent(width)
            markup.raw("\" data-turning=\"")
            markup.raw(turning.isRising ? "up" : "down")
            markup.raw("\"><title>")
            markup.escaped(text(of: turning))
            markup.raw("</title></rect>")
        }
    }

    private func text(of turning: LaneOutline.Turning) -> String {
        let words = words.text(from: turning.from, to: turning.to)
        let length = DashboardWords.length(milliseconds: turning.milliseconds)
        return turning.isRising
            ? "going up \(words) (\(length)): checks passed, and it was not up yet"
            : "going down \(words) (\(length)): checks failed, and it was not down yet"
    }
}

extension LaneOutline.Turning {
    /// How long it took.
    fileprivate var milliseconds: Int64 { to.millisecondsSinceEpoch - from.millisecondsSinceEpoch }
}

extension LaneOutline {
    /// The same with what a server's checks say at the moment, if its state has not followed them yet.
    ///
    /// - Parameter server: what its worker says.
    /// - Returns: the lane.
    func adding(_ server: ServerSnapshot) -> LaneOutline {
        guard let turning = server.turningMilliseconds, server.administrative != .maint else { return self }
        var lane = self
        lane.turnings.append(
            Turning(
                from: until.advanced(byMilliseconds: -turning), to: until, isRising: server.operational == .down))
        return lane
    }
}
