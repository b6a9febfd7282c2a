import COpenSSL

/// Which OpenSSL this is.
public enum TLSLibrary {
    /// The one whose headers the program was built with, such as `OpenSSL 3.0.22 25 Aug 2026`.
    public static var builtVersion: String { String(cString: supervise_tls_built_version()) }
    /// The one that is loaded.
    public static var runningVersion: String { String(cString: supervise_tls_running_version()) }
}
