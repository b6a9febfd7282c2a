import Model

/// The samples of what stick tables count: `src_conn_rate`, `sc0_conn_cur`, `sc_conn_cnt(0,table)`.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.3.
enum TableSampleReader {
    /// The places at which a connection may be tracked.
    static let slots: ClosedRange<Int64> = 0...2

    /// Their names.
    static let names: [String] = TableSample.Quantity.allCases.flatMap { quantity in
        let tracked = ["sc_\(quantity.rawValue)"] + slots.map { "sc\($0)_\(quantity.rawValue)" }
        if quantity == .countConnection { return ["src_\(quantity.rawValue)"] }
        return quantity == .isTracked || quantity == .trackers ? tracked : tracked + ["src_\(quantity.rawValue)"]
    }

    /// Reads one.
    ///
    /// - Parameters:
    ///   - call: its name and what stands in parentheses.
    ///   - scope: what names mean.
    /// - Returns: `nil` where there is none of that name.
    /// - Throws: what is wrong with its values.
    static func read(_ call: SampleReader.Call, _ scope: SampleScope) throws(Diagnostic) -> TableSample? {
        guard let end = call.name.firstIndex(of: "_"), names.contains(call.name),
            let quantity = TableSample.Quantity(rawValue: String(call.name[call.name.index(after: end)...]))
        else { return nil }
        switch call.name[..<end] {
        case "src":
            try call.expect(0...1, example: "\(call.name)(TABLE)")
            let named = try scope.table(of: call, at: 0)
            let table = if let named { named } else { try scope.ownTable(of: call) }
            return TableSample(.source, quantity, table: table)
        case "sc":
            let example = "\(call.name)(0,TABLE)"
            try call.expect(1...2, example: example)
            let slot = Int(try call.integer(0, in: slots, example: example))
            return TableSample(.tracked(slot: slot), quantity, table: try scope.table(of: call, at: 1))
        case let place:
            try call.expect(0...1, example: "\(call.name)(TABLE)")
            guard let slot = place.last?.wholeNumberValue else { return nil }
            return TableSample(.tracked(slot: slot), quantity, table: try scope.table(of: call, at: 0))
        }
    }
}
