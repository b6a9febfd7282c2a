/// A time as a command of the stats socket writes it.
public enum CommandTime {
    /// Reads a time that counts seconds unless it names another unit.
    ///
    /// - Parameter text: such as `30`, `5m` or `1500ms`.
    /// - Returns: the time in whole milliseconds; `nil` for what is no time, is 0, or is longer than a configuration's may be.
    /// - Source: HAProxy 2.6 management guide, `set timeout cli`.
    public static func seconds(_ text: String) -> Duration? {
        // Why it is no time is not asked: one sentence answers all of it.
        guard let reading = try? TimeValue.parse(text, defaultUnit: .seconds) else { return nil }
        return reading.ignoredRest.isEmpty && reading.duration > .zero ? reading.duration : nil
    }
}
