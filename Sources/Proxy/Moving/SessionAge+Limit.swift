import Configuration

extension SessionAge {
    /// When a session is too old.
    ///
    /// - Parameter number: any number that is the session's own; the same one always gives the same age.
    /// - Returns: milliseconds since it was accepted, between the limit less the jitter and the limit.
    func milliseconds(forSession number: UInt64) -> Int64 {
        let whole = limit.wholeMilliseconds
        let span = whole * Int64(jitterPercent) / 100
        guard span > 0 else { return whole }
        // Numbers of sessions lie side by side: the finalizer of SplitMix64 makes them look like lots.
        var mixed = number &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return whole - Int64(mixed % UInt64(span + 1))
    }
}
