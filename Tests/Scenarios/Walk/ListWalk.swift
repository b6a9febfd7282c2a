extension CommandTableOfWalk {
    /// What shows and changes the patterns of access lists.
    static let accessLists = CommandTableOfWalk(
        "access lists",
        #"""
        show acl #0
        show acl #99
        add acl
        add acl #0
        add acl #99 1.2.3.4
        add acl FOLDER/list.txt
        add acl FOLDER/list.txt 203.0.113.1
        add acl FOLDER/list.txt xx
        add acl @1 FOLDER/list.txt 1.2.3.4
        add acl @x FOLDER/list.txt 1.2.3.4
        add acl nosuch 1.2.3.4
        add acl FOLDER/list.txt <<\n203.0.113.9\n203.0.113.10\n
        add acl FOLDER/list.txt 1.1.1.1 2.2.2.2
        show acl #0
        show acl #1
        show acl #99
        show acl FOLDER/list.txt
        show acl nosuch
        show acl @0 FOLDER/list.txt
        show acl @1 FOLDER/list.txt
        get acl
        get acl #0
        get acl #0 192.0.2.1
        get acl FOLDER/list.txt 192.0.2.3
        get acl FOLDER/list.txt 1.2.3.5
        get acl FOLDER/list.txt
        get acl nosuch x
        get acl #0 xx
        prepare acl
        prepare acl FOLDER/list.txt
        prepare acl nosuch
        del acl
        del acl #0
        del acl FOLDER/list.txt 203.0.113.1
        del acl FOLDER/list.txt nosuch
        del acl FOLDER/list.txt #0x123
        del acl FOLDER/list.txt #zz
        del acl nosuch x
        clear acl
        clear acl nosuch
        get map
        clear acl @0 FOLDER/list.txt
        show acl FOLDER/list.txt
        clear acl FOLDER/list.txt
        show acl FOLDER/list.txt
        set severity-output string;show cli level;get weight be/s1;set weight be/s1 x;help quit;nosuch;set server be/s1 addr 127.0.0.1 port 1234;disable frontend nosuch;show stat nosuch 1 1;add server be/s1 127.0.0.1:1;show sess 0x1;shutdown session;prompt;show table nosuch;show acl nosuch;set ssl cert x <<\ny\n\nshow events nosuch;clear counters;show schema;operator;admin
        show acl
        """#,
        differing: [
            "show acl": "HAProxy's own HTTP client has lists, too, and a count there goes below 0"
        ])

    /// What shows and changes the entries of stick tables.
    static let stickTables = CommandTableOfWalk(
        "stick tables",
        #"""
        clear table
        clear table nosuch
        clear table fe
        clear table tab
        clear table tab key
        clear table tab key x
        clear table tab key 1.2.3.4
        clear table tab data.
        clear table tab data.gpc0
        clear table tab data.gpc0 gt
        clear table tab data.gpc0 gt 5
        clear table tab data.gpc0 xx 5
        clear table tab data.nosuch gt 5
        clear table tab data.gpc0 gt x
        clear table tab xx
        show table
        show table nosuch
        show table tab
        show table tab key
        show table tab key x
        show table tab key 1.2.3.4
        set table
        set table nosuch
        set table tab key
        set table tab key 1.2.3.4
        set table tab key 1.2.3.4 data.
        set table tab key 1.2.3.4 data.gpc0
        set table tab key 1.2.3.4 data.gpc0 x
        set table tab key 1.2.3.4 data.gpc0 5
        set table tab key 1.2.3.4 data.conn_rate 5
        set table tab key 1.2.3.5 data.gpc0 7 data.conn_cnt 8 data.bytes_in_cnt 9
        set table tab key 1.2.3.5 data.nosuch 7
        set table tab key 1.2.3.5 data.bytes_out_cnt 7
        set table tab key 1.2.3.6 data.conn_cur 7
        set table tabs key abc data.gpc0 5
        set table tabs key abcdefghijklmnopqrstuvw data.gpc0 6
        set table tabi key 12 data.gpc0 5
        set table tabi key xx data.gpc0 5
        set table tabi key -5 data.gpc0 5
        set table tab data.gpc0 5
        show table tab
        show table tabs
        show table tabi
        show table tab data.gpc0 gt 5
        show table tab data.gpc0 eq 5
        show table tab data.gpc0 lt 6
        show table tab data.gpc0 ne 5
        show table tab data.gpc0 ge 5
        show table tab data.gpc0 le 5
        show table tab data.gpc0 xx 5
        show table tab data.gpc0 gt
        show table tab data.gpc0
        show table tab data.nosuch gt 5
        show table tab data.gpc0 gt x
        show table tab data.gpc0 gt 4 data.conn_cnt eq 8
        show table tab data.bytes_out_cnt gt 5
        show table tab key 1.2.3.4
        show table tabs key abc
        show table tabi key 12
        show table tab xx
        user;show table
        user;set table tab key 1.1.1.1 data.gpc0 1
        operator;set table tab key 1.1.1.1 data.gpc0 1
        operator;clear table tab key 1.1.1.1
        clear table tab key 1.2.3.4
        clear table tab data.gpc0 eq 7
        show table tab
        clear table tab
        show table tab
        set table tab
        user;clear table tab
        set table tab key x data.gpc0 7
        """#,
        differing: [
            #"clear table tab key x"#:
                "a key that is none is refused, and not read as 0.0.0.0",
            #"show table tab key x"#:
                "a key that is none is refused, and not read as 0.0.0.0",
            #"set table tab key x data.gpc0 7"#:
                "a key that is none is refused, and not read as 0.0.0.0",
            #"set table tab"#:
                "an order that says nothing is refused; there it empties the table",
            #"user;clear table tab"#:
                "whoever may not change an entry may not remove all of them either",
        ])
}
