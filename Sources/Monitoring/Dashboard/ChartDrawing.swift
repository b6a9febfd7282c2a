import History
import Model

/// A number over time.
struct ChartPoint: Sendable, Hashable {
    /// The middle of the time that it stands for.
    let at: Timestamp
    /// The number.
    let value: Double
    /// How long it stands for, in milliseconds; a gap that is longer than that breaks the line.
    let lengthMilliseconds: Int64

    /// Makes a point.
    ///
    /// - Parameters:
    ///   - bucket: what was counted.
    ///   - value: which of its numbers.
    init(_ bucket: SessionBucket, _ value: Double) {
        lengthMilliseconds = max(1, bucket.lengthMilliseconds)
        at = bucket.at.advanced(byMilliseconds: lengthMilliseconds / 2)
        self.value = value
    }
}

/// Draws numbers over time on the page's axis.
struct ChartDrawing {
    /// One line of a chart.
    struct Line {
        /// The line's class in the style sheet.
        let name: StaticString
        /// Its points by time.
        let points: [ChartPoint]
        /// Whether what is below it is filled.
        let isFilled: Bool
    }

    private static let width = 10_000.0
    private static let height = 1000.0

    /// The axis.
    let span: DashboardSpan

    /// Draws lines over one another.
    ///
    /// - Parameters:
    ///   - lines: the lines.
    ///   - top: the number at the upper edge.
    ///   - pixels: how high the chart is.
    ///   - label: what it shows, in words.
    /// - Returns: the SVG.
    func svg(_ lines: [Line], top: Double, pixels: Int, label: String) -> Markup {
        var markup = Markup()
        markup.raw("<svg class=\"chart\" role=\"img\" width=\"100%\" preserveAspectRatio=\"none\"")
        markup.raw(" viewBox=\"0 0 10000 1000\" height=\"")
        markup.number(pixels)
        markup.raw("\"")
        markup.attribute("aria-label", label)
        markup.raw(">")
        for line in lines {
            let pieces = Self.pieces(line.points)
            if line.isFilled {
                path(line.name, "fill", &markup) { markup in
                    for piece in pieces { outline(piece, top, closed: true, &markup) }
                }
            }
            path(line.name, "line", &markup) { markup in
                for piece in pieces { outline(piece, top, closed: false, &markup) }
            }
        }
        markup.raw("</svg>")
        return markup
    }

    /// The points without the gaps between them.
    static func pieces(_ points: [ChartPoint]) -> [ArraySlice<ChartPoint>] {
        var pieces: [ArraySlice<ChartPoint>] = []
        var start = 0
        for index in points.indices.dropFirst() {
            let gap = points[index].at.millisecondsSinceEpoch - points[index - 1].at.millisecondsSinceEpoch
            guard gap > 3 * max(points[index].lengthMilliseconds, points[index - 1].lengthMilliseconds) / 2 else {
                continue
            }
            pieces.append(points[start..<index])
            start = index
        }
        if start < points.count { pieces.append(points[start...]) }
        return pieces
    }

    private func path(
        _ name: StaticString, _ kind: StaticString, _ markup: inout Markup, _ body: (inout Markup) -> Void
    ) {
        markup.raw("<path vector-effect=\"non-scaling-stroke\" class=\"")
        markup.raw(name)
        markup.raw(" ")
        markup.raw(kind)
        markup.raw("\" d=\"")
        body(&markup)
        markup.raw("\"/>")
    }

    private func outline(_ piece: ArraySlice<ChartPoint>, _ top: Double, closed: Bool, _ markup: inout Markup) {
        guard let first = piece.first, let last = piece.last else { return }
        // Each end reaches to the edge of its bucket, so that a single one is to be seen, too.
        let begin = x(first.at.advanced(byMilliseconds: -first.lengthMilliseconds / 2))
        let end = x(last.at.advanced(byMilliseconds: last.lengthMilliseconds / 2))
        if closed {
            move("M", begin, Self.height, &markup)
            move("L", begin, y(first.value, top), &markup)
        } else {
            move("M", begin, y(first.value, top), &markup)
        }
        for point in piece { move("L", x(point.at), y(point.value, top), &markup) }
        move("L", end, y(last.value, top), &markup)
        if closed {
            move("L", end, Self.height, &markup)
            markup.raw("Z")
        }
    }

    private func move(_ command: StaticString, _ x: Double, _ y: Double, _ markup: inout Markup) {
        markup.raw(command)
        markup.number(Int(x.rounded()))
        markup.raw(" ")
        markup.number(Int(y.rounded()))
    }

    private func x(_ moment: Timestamp) -> Double { span.position(of: moment) * Self.width }

    private func y(_ value: Double, _ top: Double) -> Double {
        Self.height - min(1, max(0, value / max(top, 1))) * (Self.height - 60) - 20
    }
}
