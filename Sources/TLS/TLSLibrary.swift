import COpenSSL

/// Which OpenSSL this is.
public enum TLSLibrary {
    /// The one whose headers the program was built with, such as `OpenSSL 3.0.22 25 Aug 2026`.
    public static var builtVersion: String { String(cString: supervise_tls_built_version()) }
    /// The one that is loaded.
    public static var runningVersion: String { String(cString: supervise_tls_running_version()) }
    /// The providers of its algorithms that are loaded.
    public static var providers: [String] {
        var names: [String] = []
        withUnsafeMutablePointer(to: &names) { names in
            supervise_tls_providers(names) { owner, name in
                guard let name else { return }
                owner?.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
            }
        }
        return names
    }
}
