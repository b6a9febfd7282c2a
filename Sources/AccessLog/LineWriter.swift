import Model

/// Writes lines with what stands before them, in one form: as HAProxy's `log` lines ask for it with `format` and `len`.
///
/// A line is written once into a buffer that is reused, and only the priority in front of it differs from target to
/// target. What a form has in common for all lines of a second is written once a second. One thread uses it.
///
/// - Source: RFC 3164 and RFC 5424 for the headers; recordings of HAProxy 2.6 for each format.
final class LineWriter {
    /// What tells one form from another.
    struct Form: Hashable {
        var format: LogTarget.Format
        /// The most bytes of a line, header included and line end not.
        var length: Int
        /// The program's name.
        var tag: String
        /// The process's number.
        var processID: Int32
        /// The host's name, where it is to be told.
        var hostName: String?
    }

    /// `<191>`: the space that is kept for the priority.
    private static let priorityLength = 5

    let form: Form
    /// Which line is in the buffer: the sender's count of lines.
    private var line = 0
    /// The space for the priority, then what all lines of the second share, then the line.
    private var buffer: LineBuffer
    private var dates = LogDates()
    private var headerLength = 0
    private var headerMoment = Int64.min

    /// Makes a writer.
    ///
    /// - Parameter form: what its lines look like.
    init(_ form: Form) {
        self.form = form
        buffer = LineBuffer(capacity: Self.priorityLength + form.length + 1)
    }

    /// Writes a line, unless it is in the buffer already.
    ///
    /// - Parameters:
    ///   - content: the line.
    ///   - number: its number.
    ///   - now: the time in its header.
    func write(_ content: some LogLine, number: Int, at now: Timestamp) {
        guard number != line else { return }
        line = number
        // Formats that tell milliseconds share less.
        let moment = form.format.isPrecise ? now.millisecondsSinceEpoch : now.millisecondsSinceEpoch / 1_000
        if moment != headerMoment {
            headerMoment = moment
            buffer.truncate(to: 0)
            for _ in 0..<Self.priorityLength { buffer.append(byte: UInt8(ascii: " ")) }
            writeHeader(at: now)
            headerLength = buffer.count
        }
        buffer.truncate(to: headerLength)
        if form.format == .rfc5424 {
            content.writeStructuredData(to: &buffer, dates: &dates)
            if buffer.count == headerLength { buffer.append(byte: UInt8(ascii: "-")) }
            buffer.append(byte: UInt8(ascii: " "))
        }
        content.write(to: &buffer, dates: &dates)
    }

    /// Lends the line that was written last, with a target's priority and a line end.
    ///
    /// - Parameters:
    ///   - facility: the target's facility.
    ///   - level: the line's level.
    ///   - body: gets the bytes, valid during the call only.
    /// - Returns: what `body` returns.
    func withLine<Result>(
        facility: LogFacility, level: LogLevel, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let start: Int
        switch form.format {
        case .local, .rfc3164, .rfc5424, .priority:
            start = writePriority(facility.rawValue * 8 + level.rawValue)
        case .short, .timed: start = writePriority(level.rawValue)
        case .iso, .raw: start = Self.priorityLength
        }
        // The line end stays, also where the line is cut off; what it takes the place of is another target's.
        let end = min(buffer.count, start + form.length)
        let whole = buffer.count
        let cut: UInt8? = end < whole ? buffer.bytes[end] : nil
        buffer.truncate(to: end)
        buffer.append(byte: UInt8(ascii: "\n"))
        let result = body(UnsafeRawBufferPointer(rebasing: buffer.bytes[start...]))
        if let cut { buffer.overwrite(at: end, with: cut) }
        buffer.restore(to: whole)
        return result
    }

    private func writeHeader(at now: Timestamp) {
        switch form.format {
        case .local, .rfc3164:
            dates.appendStamp(of: now, to: &buffer)
            if form.format == .rfc3164 {
                buffer.append(byte: UInt8(ascii: " "))
                buffer.append(form.hostName ?? "localhost")
            }
            buffer.append(byte: UInt8(ascii: " "))
            buffer.append(form.tag)
            buffer.append(byte: UInt8(ascii: "["))
            buffer.append(Int64(form.processID))
            buffer.append("]: ")
        case .rfc5424:
            buffer.append("1 ")
            dates.appendISO(of: now, to: &buffer)
            buffer.append(byte: UInt8(ascii: " "))
            buffer.append(form.hostName ?? "-")
            buffer.append(byte: UInt8(ascii: " "))
            buffer.append(form.tag)
            buffer.append(byte: UInt8(ascii: " "))
            buffer.append(Int64(form.processID))
            buffer.append(" - ")
        case .timed, .iso:
            dates.appendISO(of: now, to: &buffer)
            buffer.append(byte: UInt8(ascii: " "))
        case .priority, .short, .raw: break
        }
    }

    /// Puts `<134>` right in front of the rest.
    ///
    /// - Returns: where it begins.
    private func writePriority(_ priority: Int) -> Int {
        var rest = priority
        var offset = Self.priorityLength - 1
        buffer.overwrite(at: offset, with: UInt8(ascii: ">"))
        repeat {
            offset -= 1
            buffer.overwrite(at: offset, with: UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        offset -= 1
        buffer.overwrite(at: offset, with: UInt8(ascii: "<"))
        return offset
    }
}

extension LogTarget.Format {
    /// Whether it tells more of the time than the second.
    fileprivate var isPrecise: Bool {
        switch self {
        case .rfc5424, .timed, .iso: true
        case .local, .rfc3164, .priority, .short, .raw: false
        }
    }
}
