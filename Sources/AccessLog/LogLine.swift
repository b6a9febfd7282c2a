import Model

/// Something that leaves one line in the log.
public protocol LogLine {
    /// How severe it is.
    var level: LogLevel { get }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: for the dates in the line.
    func write(to line: inout LineBuffer, dates: inout LogDates)

    /// Writes what RFC 5424 calls structured data.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: for the dates in it.
    func writeStructuredData(to line: inout LineBuffer, dates: inout LogDates)
}

extension LogLine {
    /// Most lines have no structured data.
    ///
    /// - Parameters:
    ///   - line: not needed.
    ///   - dates: not needed.
    public func writeStructuredData(to line: inout LineBuffer, dates: inout LogDates) {}
}

/// A line with structured data, as `log-format-sd` has them.
public struct StructuredLogLine<Line: LogLine>: LogLine {
    /// The line.
    public var line: Line
    /// What the structured data say.
    public var data: TemplateLogRecord

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - line: the line.
    ///   - data: what the structured data say.
    public init(_ line: Line, data: TemplateLogRecord) {
        self.line = line
        self.data = data
    }

    /// The line's level.
    public var level: LogLevel { line.level }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - buffer: where to append.
    ///   - dates: for the dates in the line.
    public func write(to buffer: inout LineBuffer, dates: inout LogDates) { line.write(to: &buffer, dates: &dates) }

    /// Writes the structured data.
    ///
    /// - Parameters:
    ///   - buffer: where to append.
    ///   - dates: for the dates in them.
    public func writeStructuredData(to buffer: inout LineBuffer, dates: inout LogDates) {
        data.write(to: &buffer, dates: &dates)
    }
}

/// A line that is already put into words.
public struct TextLogLine: LogLine, Sendable, Hashable {
    /// How severe it is.
    public var level: LogLevel
    /// The words.
    public var text: String

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - level: how severe it is.
    ///   - text: the words, without line end.
    public init(level: LogLevel, text: String) {
        self.level = level
        self.text = text
    }

    /// Writes the words.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: not needed.
    public func write(to line: inout LineBuffer, dates: inout LogDates) { line.append(text) }
}
