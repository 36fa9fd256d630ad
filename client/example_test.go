package client_test

import (
	"context"
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/client"
	"github.com/mesh-cost-firewall/meshfw/money"
)

func ExampleClient_Request() {
	ctx := context.Background()
	c, err := client.New("127.0.0.1:8001,127.0.0.1:8002", client.Options{})
	if err != nil {
		panic(err)
	}
	d, err := c.Request(ctx, "researcher_1", "user_42", "gpt-4o", 2000, "https://api.openai.com/v1/chat/completions")
	if err != nil {
		panic(err)
	}
	if !d.Allowed {
		fmt.Println("refused:", d.Reason)
		return
	}
	// Make the call, then say what it cost.
	if _, err := c.Settle(ctx, d.ID, 12*money.Dollar/1000); err != nil {
		panic(err)
	}
}
