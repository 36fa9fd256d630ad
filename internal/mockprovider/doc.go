// Package mockprovider is a stand-in for the providers of language models, for
// tests and for trying things out without an account. It speaks the vendors'
// wire formats, so that their SDKs work against it unchanged, generates a
// canned text, and keeps a ledger of what it billed for.
//
// # What it answers
//
// Without being told otherwise, an answer is DefaultOutputTokens tokens of a
// fixed text in each choice, or as many as the request's output bound allows.
// Every word of the text is one token of the cl100k and o200k vocabularies.
// The input is counted as a quarter of the bytes of all text in the request
// (messages, system, instructions, tool results) and of the JSON of its tools,
// rounded up, at least 1; images and other media count nothing. Prompts and
// embeddings given as token ids count one for each. A response that follows
// another (previous_response_id) takes over all of its input and text. Any
// model name is answered.
//
// The routes: OpenAI's chat completions, completions, responses (stored,
// background, cancelled, counted), embeddings and models, the same under
// Azure's paths; Anthropic's messages, count_tokens and models; Gemini's
// generateContent, streamGenerateContent, embedContent, batchEmbedContents,
// countTokens and models. Bounds, defaults and mandatory members are the
// vendors', such as at least 16 for max_output_tokens, and 16 where a
// completions call has no max_tokens.
//
// # Directives
//
// A call is steered by one line in the text of its last user message:
//
//	mock: output_tokens=37 input_tokens=120 cached=100 delay=50ms
//
// The line must begin with "mock:". Keys are separated by blanks and given at
// most once. Calls without a message (completions, embeddings) carry the line
// in their last prompt or input. The same keys work as headers, with "-" for "_" and the value 1 for
// flags (X-Mock-Output-Tokens: 37, X-Mock-Hang: 1); routes without a body, such
// as the models, take only headers. A key of the message wins over the header,
// the header over Config.Defaults. A mistake in a directive is answered with
// 400 and a message that begins with "stand-in provider:"; so is a figure that
// the route's answer has no place for, such as cache_write for Gemini.
//
//	directive = "mock:" item { item }
//	item      = flag | key "=" value
//
// Figures. N is a whole number of tokens.
//
//	input_tokens=N     all input, of every kind below
//	cached=N           the part of it read from the cache
//	cache_write=N      the part written to the cache for the shorter time
//	                   (Anthropic 5m, OpenAI 30m)
//	cache_write_1h=N   the part written for the longer time (1h, OpenAI 12h)
//	tool_prompt=N      the part that Gemini reports as toolUsePromptTokenCount
//	output_tokens=N    output of each choice, reasoning included; cut at the
//	                   request's bound; "max" is exactly the bound (4096 where
//	                   the request has none)
//	reasoning=N        the hidden part of it; without output_tokens it is added
//	                   to the usual text
//	over_bound         the output ignores the request's bound
//	web_search=N       searches by the provider's own tool
//	model=NAME         the model that the answer names
//	finish=NAME        the finish reason, in the dialect's word
//	service_tier=NAME  the service tier that the answer names
//	no_usage           the answer has no usage
//	usage_chunk        Gemini streams: the usage comes only in a last chunk of
//	                   its own
//	unbilled           the ledger bills nothing for the call
//	gzip               the answer is compressed if the client accepts gzip
//
// Time. D is a Go duration such as 50ms.
//
//	delay=D            before the first byte
//	chunk_delay=D      between two chunks of text
//	chunk_tokens=N     tokens per chunk of text, 1 by default
//	gate=NAME          waits before the first byte until the gate is released
//	                   (Server.Release, POST /mock/release?gate=NAME); a
//	                   released gate stays open until a reset
//	gate_after=N       the gate stands after N chunks of text instead
//
// Endings, at most one of them. After N chunks of text; an N past the end
// stands for the end, before the events that close the stream.
//
//	status=N           refused with that status from 400 to 599
//	error_after=N      the stream breaks off with the dialect's error event
//	fail_after=N       the same, but on OpenAI's responses route the response
//	                   fails in form (response.failed, with usage)
//	drop               the connection is closed without an answer
//	drop_after=N       the connection is cut
//	hang               nothing is answered until the client leaves
//	hang_after=N       nothing more is sent until the client leaves
//
// A unary answer has one place to be cut, the middle of its body: drop_after,
// hang_after and gate_after with any N mean that place. error_after and
// fail_after refuse it with status 500.
//
//	error_type=NAME    the type (Gemini: status) in the error's body
//	error_code=NAME    the code in it
//	retry_after=D      sends Retry-After and retry-after-ms with the error
//	should_retry=BOOL  sends x-should-retry with the error, true or false
//	times=N id=NAME    status, the other endings, no_usage, the delays and the
//	                   gate concern only the first N calls with this id
//
// A background response is answered at once; delay, gate and hang concern its
// generation, which a client cannot cut but by cancelling or deleting it.
//
// # What it bills
//
// A complete answer bills its usage, which is what the answer says. An error
// status bills nothing. A stream that breaks off, for whatever reason, bills
// the input, the reasoning and the text generated until then. An answer that
// was made and then lost (drop, and a unary answer cut half-way) is billed in
// full, as nobody could tell. A client that leaves before the first byte is
// billed for the input. When a client leaves while it waits for a chunk, the
// generation stops; without chunk_delay a stream is generated faster than
// anyone can leave it. A background response is billed when its generation
// ends, with a record of its own; a cancelled one is billed for its input.
//
// # The stand-in's own routes
//
// GET /mock/calls?after=SEQ&limit=N lists the records of calls (CallsPage), GET
// /mock/billed the sums that never forget a call (Billed), POST /mock/reset
// forgets everything, POST /mock/release?gate=NAME opens a gate. They need no
// key: the stand-in belongs on a loopback address or a test network.
package mockprovider
