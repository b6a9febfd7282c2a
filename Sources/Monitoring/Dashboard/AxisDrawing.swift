import History
import Model

/// Draws what the lanes of a page share: the times along the axis, and what happened to an instance.
struct AxisDrawing {
    /// The axis.
    let span: DashboardSpan
    /// How its marks are spaced.
    let period: DashboardPeriod
    /// Writes times.
    let words: DashboardWords

    /// The moments that have a mark: whole units of the reader's clock.
    var ticks: [Timestamp] {
        let offset = words.offset(at: span.until) * 1000
        let step = period.tickMilliseconds
        let since = span.since.millisecondsSinceEpoch + offset
        var tick = since - since % step + (since % step == 0 ? 0 : step)
        var ticks: [Timestamp] = []
        while tick < span.until.millisecondsSinceEpoch + offset {
            ticks.append(Timestamp(millisecondsSinceEpoch: tick - offset))
            tick += step
        }
        return ticks
    }

    /// The times.
    var svg: Markup {
        var markup = Markup()
        markup.raw("<svg class=\"axis\" width=\"100%\" height=\"18\" aria-hidden=\"true\">")
        for tick in ticks {
            let position = span.position(of: tick)
            // What would stand over the edge is left out.
            guard (0.03...0.97).contains(position) else { continue }
            let civil = words.civil(tick)
            markup.raw("<line y1=\"14\" y2=\"18\" x1=\"")
            markup.percent(position)
            markup.raw("\" x2=\"")
            markup.percent(position)
            markup.raw("\"/><text y=\"11\" x=\"")
            markup.percent(position)
            markup.raw("\">")
            markup.escaped(period.isInDays ? String(civil.dateText.dropFirst(5)) : String(civil.timeText.prefix(5)))
            markup.raw("</text>")
        }
        markup.raw("</svg>")
        return markup
    }

    /// What happened to an instance, a letter at each time.
    ///
    /// - Parameters:
    ///   - events: the events.
    ///   - page: the address that a tick leads to.
    /// - Returns: the SVG.
    func svg(_ events: [EventRecord], page: String) -> Markup {
        var markup = Markup()
        markup.raw("<svg class=\"ticks\" width=\"100%\" height=\"16\" role=\"group\" aria-label=\"Events\">")
        for event in events {
            guard let letter = event.kind.tickLetter, event.at >= span.since, event.at < span.until else { continue }
            let position = span.position(of: event.at)
            markup.raw("<a class=\"mark tick\"")
            markup.attribute("href", page)
            markup.raw("><title>")
            markup.escaped(text(of: event))
            markup.raw("</title><rect width=\"13\" height=\"14\" rx=\"3\" y=\"1\" transform=\"translate(-6.5)\" x=\"")
            markup.percent(min(0.993, max(0.007, position)))
            markup.raw("\"/><text y=\"12\" aria-hidden=\"true\" x=\"")
            markup.percent(min(0.993, max(0.007, position)))
            markup.raw("\">")
            markup.raw(letter)
            markup.raw("</text></a>")
        }
        markup.raw("</svg>")
        return markup
    }

    /// What an event says of itself.
    func text(of event: EventRecord) -> String {
        let who = event.actor.map { " by \($0)" } ?? ""
        let why = [event.reason, event.detail].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "; ")
        return "\(words.text(event.at)) \(event.kind.rawValue)\(who)" + (why.isEmpty ? "" : ": \(why)")
    }
}

extension EventKind {
    /// The letter of its tick; `nil` for what has none.
    var tickLetter: StaticString? {
        switch self {
        case .restarted: "R"
        case .reloaded, .reloadRefused, .configurationChanged: "L"
        case .started, .stopped: "S"
        case .crashed, .backoff, .fatal, .stalled: "!"
        case .drain, .maint, .ready, .changed, .failback, .rebalance: "O"
        case .supervisorStarted, .supervisorStopped, .supervisorLost, .addressChanged, .panic, .calm, .clockSetBack,
            .clockSetForward, .held, .rebalanced, .acceptingPaused, .acceptingResumed, .alertFailed, .upgraded,
            .gap,
            .historyTrouble:
            nil
        }
    }
}
