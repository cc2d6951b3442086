// Reads calls from its input, a line each, and says who the page's code takes them for.
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"

	"probe/identity"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		header := http.Header{}
		for _, pair := range strings.Fields(lines.Text()) {
			name, value, _ := strings.Cut(pair, ":")
			header.Add(decode(name), decode(value))
		}
		caller, err := identity.Read(header)
		if err != nil {
			fmt.Println(err.(*identity.Error).Code)
			continue
		}
		club, err := identity.Claim(header, "X-Authenticated-Club")
		if err != nil {
			fmt.Println(err.(*identity.Error).Code)
			continue
		}
		fmt.Println(strings.Join([]string{caller.Kind, caller.UserID, fmt.Sprint(caller.IsAttested), caller.ClientID,
			caller.ApplicationID, strings.Join(caller.Scopes, " "), caller.Issuer,
			base64.StdEncoding.EncodeToString([]byte(strings.Join(club, ",")))}, "|"))
	}
}

func decode(text string) string {
	bytes, _ := base64.StdEncoding.DecodeString(text)
	return string(bytes)
}
