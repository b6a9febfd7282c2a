/// Lengths of time and amounts in words, as tables show them.
enum DurationFormat {
    /// A length of time in its two largest units, such as `3 m 12 s`.
    ///
    /// - Parameter milliseconds: the length; a negative one counts as nothing.
    /// - Returns: the words.
    static func text(milliseconds: Int64) -> String {
        let total = max(0, milliseconds)
        if total < 1000 { return "\(total) ms" }
        if total < 10_000 { return "\(total / 1000).\(total / 100 % 10) s" }
        return text(seconds: total / 1000)
    }

    /// A length of time in whole seconds, in its two largest units, such as `3 m 12 s`.
    ///
    /// - Parameter seconds: the length.
    /// - Returns: the words.
    static func text(seconds: Int64) -> String {
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) m \(seconds % 60) s"
        case ..<86_400: return "\(seconds / 3600) h \(seconds / 60 % 60) m"
        default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }
}

/// Amounts of bytes in words.
enum ByteFormat {
    private static let units = ["kB", "MB", "GB", "TB", "PB", "EB"]

    /// An amount in decimal units, such as `1.2 MB`.
    ///
    /// - Parameter bytes: the amount.
    /// - Returns: the words.
    static func text(_ bytes: Int64) -> String {
        var unit = -1
        var tenths = bytes.multipliedReportingOverflow(by: 10).overflow ? bytes : bytes * 10
        if tenths == bytes, bytes > 0 { return "\(bytes / 1_000_000_000_000_000_000) EB" }
        while tenths >= 10_000, unit + 1 < units.count {
            tenths /= 1000
            unit += 1
        }
        return unit < 0 ? "\(bytes) B" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}

/// Shares in percent.
enum PercentFormat {
    /// A share with three decimals, rounded down: only what is whole reads `100 %`.
    ///
    /// - Parameter share: 0 to 1.
    /// - Returns: the words.
    static func text(_ share: Double) -> String {
        let thousandths = Int((share * 100_000).rounded(.down))
        if thousandths >= 100_000 { return "100 %" }
        let fraction = String(thousandths % 1000)
        return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) %"
    }
}
