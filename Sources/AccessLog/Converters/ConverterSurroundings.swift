import Model

/// What converters may ask for beside the value that they change: variables, and what the worker alone knows.
public protocol ConverterSurroundings {
    /// A variable's value.
    ///
    /// - Parameter variable: the variable.
    /// - Returns: none where it isn't set.
    func value(of variable: SessionVariable) -> SampleValue

    /// The value after a converter that takes more than the value.
    ///
    /// - Parameters:
    ///   - value: the value, which is not none.
    ///   - converter: the converter.
    /// - Returns: none where there is nothing.
    func value(_ value: SampleValue, through converter: OutsideConverter) -> SampleValue
}

/// Where there is nothing but the value.
public struct NoSurroundings: ConverterSurroundings {
    /// Nothing at all.
    public init() {}

    /// There are no variables.
    ///
    /// - Parameter variable: any.
    /// - Returns: none.
    public func value(of variable: SessionVariable) -> SampleValue { .none }

    /// There is nothing to ask.
    ///
    /// - Parameters:
    ///   - value: any.
    ///   - converter: any.
    /// - Returns: none.
    public func value(_ value: SampleValue, through converter: OutsideConverter) -> SampleValue { .none }
}

/// Where a line of the log is made: the variables are known.
struct LineSurroundings: ConverterSurroundings {
    let variables: [SessionVariable: SampleValue]

    func value(of variable: SessionVariable) -> SampleValue { variables[variable] ?? .none }

    // None of these is compiled for a line.
    func value(_ value: SampleValue, through converter: OutsideConverter) -> SampleValue { .none }
}
