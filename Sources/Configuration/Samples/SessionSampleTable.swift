import Model

/// The samples of a session's connections, its limits, and of tables as a whole.
///
/// - Source: HAProxy 2.6 configuration manual, sections 7.3.2 to 7.3.4, and what HAProxy 2.6.12 takes.
enum SessionSampleTable {
    /// Their names.
    static let names =
        ConnectionSample.allCases.map(\.rawValue) + KernelSample.allCases.map(\.rawValue)
        + LiveSample.TableMeasure.allCases.map(\.rawValue) + arrayNames

    private static let arrayNames = ArraySample.Quantity.allCases.flatMap {
        ["sc_\($0.rawValue)", "src_\($0.rawValue)"]
    }

    /// Finds one.
    ///
    /// - Parameters:
    ///   - call: its name and what stands in parentheses.
    ///   - scope: what names mean.
    /// - Returns: `nil` where there is none of that name.
    /// - Throws: what is wrong with its values.
    static func fetch(_ call: SampleReader.Call, _ scope: SampleScope) throws(Diagnostic) -> SampleExpression.Fetch? {
        if let sample = ConnectionSample(rawValue: call.name) {
            try call.expect(0...0, example: call.name)
            guard !sample.isAboutBackend || scope.proxies[scope.current].hasBackend else {
                throw call.error(
                    "'\(call.name)' asks for the backend, which no rule of a frontend knows yet",
                    help: "write the rule in the backend")
            }
            return .connection(sample)
        }
        if let sample = KernelSample(rawValue: call.name) { return .kernel(sample, isInMicroseconds: try unit(call)) }
        if let measure = LiveSample.TableMeasure(rawValue: call.name) {
            try call.expect(0...1, example: "\(call.name)(TABLE)")
            let named = try scope.table(of: call, at: 0)
            let table = if let named { named } else { try scope.ownTable(of: call) }
            return .live(.table(measure, table))
        }
        return try array(call, scope).map { .array($0) }
    }

    /// `fc_rtt`, `fc_rtt(us)`: milliseconds where nothing is said.
    private static func unit(_ call: SampleReader.Call) throws(Diagnostic) -> Bool {
        try call.expect(0...1, example: "\(call.name)(us)")
        guard let unit = call.arguments.first?.text else { return false }
        guard ["us", "ms"].contains(unit) else {
            throw call.error("the units of '\(call.name)' are us and ms", help: "write '\(call.name)(us)'")
        }
        return unit == "us"
    }

    /// `sc_get_gpc(0,1)`: the number 0 of the array, of the entry at place 1.
    private static func array(_ call: SampleReader.Call, _ scope: SampleScope) throws(Diagnostic) -> ArraySample? {
        guard arrayNames.contains(call.name), let end = call.name.firstIndex(of: "_"),
            let quantity = ArraySample.Quantity(rawValue: String(call.name[call.name.index(after: end)...]))
        else { return nil }
        guard call.name.hasPrefix("sc_") else {
            let example = "\(call.name)(0,TABLE)"
            try call.expect(2...2, example: example)
            let index = Int(try call.integer(0, in: OutsideConverterTable.indices, example: example))
            return ArraySample(.source, quantity, index, table: try scope.table(of: call, at: 1))
        }
        let example = "\(call.name)(0,0,TABLE)"
        try call.expect(2...3, example: example)
        let index = Int(try call.integer(0, in: OutsideConverterTable.indices, example: example))
        let slot = Int(try call.integer(1, in: TableSampleReader.slots, example: example))
        return ArraySample(.tracked(slot: slot), quantity, index, table: try scope.table(of: call, at: 2))
    }
}
