// Shows a value while a model writes it:
//
//	go run . localhost:50051 request.json
//
// request.json is an ExtractRequest. Each line of the output is the value so far. The stubs are
// made from proto/ with protoc-gen-go and protoc-gen-go-grpc, into gen/.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	extractdv1 "github.com/extractd/extractd/gen/go/extractd/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: partial_object ADDRESS REQUEST.json")
	}
	if err := show(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func show(address, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	request := &extractdv1.ExtractRequest{}
	if err := protojson.Unmarshal(text, request); err != nil {
		return err
	}
	connection, err := grpc.Dial(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	stream, err := extractdv1.NewExtractionServiceClient(connection).ExtractStream(
		context.Background(), &extractdv1.ExtractStreamRequest{Request: request})
	if err != nil {
		return err
	}
	partial := PartialObject{}
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		partial.Apply(event)
		line, err := json.Marshal(partial.Value)
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
}
