// Package encoding compares the ledger's encoding of a command with protobuf's:
//
//	go test ./encoding -bench . -benchmem
//
// reserve.pb.go was made of reserve.proto by protoc-gen-go v1.36.12.
package encoding
