import Glibc

/// What there is to know of this process.
public enum CurrentProcess {
    /// Its number.
    public static var identifier: Int32 { getpid() }
}
