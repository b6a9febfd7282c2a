extension CommandTableOfWalk {
    /// What changes servers.
    static let servers = CommandTableOfWalk(
        "servers",
        #"""
        disable server be/n3;del server be/n3
        disable server be/n1
        disable server be/s5;del server be/s5
        disable server be/s1;del server be/s1;enable server be/s1
        get weight
        get weight be
        get weight be/
        get weight be/nosuch
        get weight nosuch/x
        get weight be/s1
        get weight be/s1 x
        get weight be/#1
        get weight be/#x
        get weight off/x1
        get weight li/y1
        get weight fe/x
        user;get weight be/s1
        user;set weight be/s1 1
        operator;set weight be/s1 1
        set weight
        set weight be/s1
        set weight be/s1 x
        set weight be/s1 5
        get weight be/s1
        set weight be/s1 50%
        get weight be/s1
        set weight be/s1 300
        set weight be/s1 -1
        set weight be/s1 101%
        set weight be/s1 1x
        set weight be/s1 5%x
        set weight be/s1 256
        get weight be/s1
        set weight be/s1 %
        set weight be/s1 5 5
        set weight be/s1 100%
        get weight be/s1
        set weight be/s6 3
        set weight be2/t1 0
        get weight be2/t1
        set weight be2/t1 10
        set server
        set server be
        set server be/s1
        set server be/s1 nosuch
        set server be/s1 weight
        set server be/s1 weight x
        set server be/s1 weight 5
        set server be/s1 weight 0%
        set server be/s1 weight 100%
        get weight be/s1
        set server be/s1 state
        set server be/s1 state x
        set server be/s1 state drain
        set server be/s1 state ready
        set server be/s1 state maint
        set server be/s1 state ready
        set server be/s6 state ready
        set server be/s6 state maint
        set server be/s6 health up
        set server be/s1 health
        set server be/s1 health x
        set server be/s2 health up
        set server be/s3 health up
        set server be/s3 health stopping
        set server be/s3 health down
        set server be/s3 health up
        set server be/s5 state ready
        set server be/s5 state maint
        set server be/s1 agent
        set server be/s1 agent up
        set server be/s4 agent
        set server be/s4 agent x
        set server be/s4 agent up
        set server be/s4 agent down
        set server be/s4 agent up
        set server be/s1 agent-addr
        set server be/s1 agent-addr 127.0.0.1
        set server be/s4 agent-addr
        set server be/s4 agent-addr 127.0.0.1
        set server be/s4 agent-addr 127.0.0.1 port
        set server be/s4 agent-addr 127.0.0.1 port x
        set server be/s4 agent-addr 127.0.0.1 port 99999
        set server be/s4 agent-addr 127.0.0.1 port 1
        set server be/s4 agent-addr xx.yy.zz
        set server be/s4 agent-port
        set server be/s4 agent-port x
        set server be/s4 agent-port 1
        set server be/s4 agent-port 0
        set server be/s1 agent-port 5
        set server be/s4 agent-port 1
        set server be/s4 agent-send
        set server be/s4 agent-send hello
        set server be/s1 agent-send hello
        set server be/s1 check-addr
        set server be/s1 check-addr 127.0.0.1
        set server be/s1 check-addr nosuch.invalid
        set server be/s1 check-addr 127.0.0.1 port
        set server be/s1 check-addr 127.0.0.1 port x
        set server be/s1 check-addr 127.0.0.1 port 70000
        set server be/s1 check-addr 127.0.0.1 port 1234
        set server be/s3 check-addr 127.0.0.1
        set server be/s1 check-port
        set server be/s1 check-port x
        set server be/s1 check-port 0
        set server be/s1 check-port -1
        set server be/s1 check-port 1234
        set server be/s3 check-port 1
        set server be/s1 addr
        set server be/s1 addr xx
        set server be/s1 addr 127.0.0.1
        set server be/s1 addr 127.0.0.1 port
        set server be/s1 addr 127.0.0.1 port x
        set server be/s1 addr 127.0.0.1 port 0
        set server be/s1 addr 127.0.0.1 port 70000
        set server be/s1 addr 127.0.0.1 port 1234
        set server be/s1 addr 127.0.0.2 port 1234
        set server be/s1 addr 127.0.0.1 port 1234
        set server be/s1 addr 127.0.0.1 x 1234
        set server be/s3 addr 127.0.0.1 port +1
        set server be/s3 addr 127.0.0.1 port 1234
        set server be/s1 addr ::1
        set server be/s1 addr 127.0.0.1
        set server be/s1 addr unix@/tmp/x
        set server be/s1 addr localhost
        set server be/s1 fqdn
        set server be/s1 fqdn x.example
        user;set server be/s1 state ready
        operator;set server be/s1 state ready
        set maxconn server
        set maxconn server be/s2
        set maxconn server be/s2 x
        set maxconn server be/s2 0
        set maxconn server be/s2 -1
        set maxconn server be/s2 5x
        set maxconn server be/s2 20
        set maxconn server be/s2 10 x
        set maxconn server nosuch/x 10
        operator;set maxconn server be/s2 5
        enable agent
        enable agent be/s1
        enable agent be/s4
        disable agent be/s4
        disable agent be/s1
        enable agent be/s4
        enable health
        enable health be/s3
        enable health be/s1
        disable health be/s1
        disable health be/s3
        enable health be/s1
        disable health be/s6
        enable server
        enable server be/nosuch
        enable server be/s1
        enable server be/s6
        disable server be/s6
        disable server
        disable server be
        operator;enable server be/s1
        user;enable health be/s1
        operator;shutdown sessions server be/s1
        shutdown sessions
        shutdown sessions server
        shutdown sessions server be
        shutdown sessions server be/nosuch
        shutdown sessions server be/s1
        shutdown sessions server be/s1 x
        get weight #5/s1
        set weight #5/s1 5
        get weight off/#1
        set weight off/x1 3
        set server off/x1 state ready
        enable health off/x1
        set server be/s5 state ready
        show servers state be
        """#)
}
