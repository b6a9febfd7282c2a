/// A configuration file with one proxy, for scenarios that need no more.
struct PlainInstance {
    var name: String
    var bind: HeldPort
    /// Each as after the keyword `server`.
    var servers: [String]
    var logPort: Int?
    var maxconn = 2000
    /// More lines of `global`.
    var global: [String] = []
    /// More lines of the proxy.
    var lines: [String] = []

    /// The file's text.
    var text: String {
        let log = logPort.map { "    log 127.0.0.1:\($0) local0 info\n" } ?? ""
        let global = global.map { "    \($0)\n" }.joined()
        let proxy = (lines + servers.map { "server \($0)" }).map { "    \($0)\n" }.joined()
        return """
            global
            \(log)\(global)    maxconn \(maxconn)
            defaults
                log global
                mode tcp
                option tcplog
                retries 3
                option redispatch
                maxconn \(maxconn)
                timeout connect 5s
                timeout client 120s
                timeout server 120s
            listen \(name)
                bind \(bind.address)
                balance roundrobin
            \(proxy)
            """
    }
}
