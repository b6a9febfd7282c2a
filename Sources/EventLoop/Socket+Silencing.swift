import CLinux
import Glibc

extension Socket {
    /// Keeps a connection's end from its peer, as far as the system allows: it is closed afterwards without a word.
    ///
    /// With the right to administer networks the kernel forgets the connection; otherwise what it says at the end goes no
    /// further than to the first router.
    ///
    /// - Parameter descriptor: a connection that is about to be closed.
    /// - Source: tcp(7), ip(7), ipv6(7); `TCP_REPAIR` as Linux has it.
    public static func silence(_ descriptor: Int32) {
        var isOn: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        if setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_REPAIR, &isOn, size) == 0 { return }
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        var hops: Int32 = 1
        if setsockopt(descriptor, Int32(IPPROTO_IP), IP_TTL, &hops, size) != 0 {
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_UNICAST_HOPS, &hops, size)
        }
    }
}
