extension CommandTableOfWalk {
    /// What adds servers and takes them away.
    static let dynamicServers = CommandTableOfWalk(
        "servers that come and go",
        #"""
        add server
        add server be
        add server be/
        add server be/n1
        add server nosuch/n1 127.0.0.1:1
        add server be/s1 127.0.0.1:1
        add server be/n1 127.0.0.1:1
        add server be/n1 127.0.0.1:1
        add server be/n2 127.0.0.1:1 check inter 1s
        add server be/n3 127.0.0.1:1 enabled
        add server be/n4 127.0.0.1:1 nosuch
        add server be/n4 127.0.0.1:1 weight 300
        add server be/n4 127.0.0.1:1 id 7
        add server be/n4 127.0.0.1:1 id 1
        add server be/n4 xx:yy
        add server be/n4 nosuch.invalid:80
        add server be/n4 127.0.0.1
        add server be/n4 127.0.0.1:1 cookie x
        add server be/n4 127.0.0.1:1 backup
        add server be/n4 127.0.0.1:1 track be/s1
        add server be/n5 127.0.0.1:1 track be/nosuch
        add server be/n6 127.0.0.1:1 inter x
        add server be/n6 127.0.0.1:1 disabled
        add server be/n7 unix@/tmp/x
        add server be/n8 127.0.0.1:+1
        add server be/n8 :1
        add server be/n8 *:1
        add server off/n8 127.0.0.1:1
        add server li/n8 127.0.0.1:1
        add server tab/n8 127.0.0.1:1
        add server fe/n8 127.0.0.1:1
        del server
        del server be
        del server be/
        del server be/nosuch
        del server nosuch/x
        del server be/s1
        del server be/s2
        del server be/n2
        del server be/n3
        del server be/n1
        del server be/n2 x
        user;add server be/x 127.0.0.1:1
        user;del server be/x
        add server be/n9 127.0.0.1:1 slowstart x
        add server be/n9 127.0.0.1:1 error-limit x
        add server #5/n9 127.0.0.1:1
        del server #5/n9
        add server be/w1 127.0.0.1:1 weight x
        add server be/w2 127.0.0.1:1 maxconn
        """#,
        differing: [
            #"add server be/w1 127.0.0.1:1 weight x"#:
                "a word that is no number is refused, and not read as 0",
            #"add server be/w2 127.0.0.1:1 maxconn"#:
                "a number that is missing is not read as 0",
        ])
}
