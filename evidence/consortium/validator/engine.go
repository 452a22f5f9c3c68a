package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Engine asks an execution client over the engine API.
type Engine struct {
	url       string
	secret    []byte
	recipient string // of fees: names the maker of a block
}

// Head is the last block that the execution client carried out and holds as final.
type Head struct {
	Number, Time uint64
	Hash         string
}

// Payload is what is read here of a block of the execution client; all else of it is passed on as it came.
type Payload struct {
	ParentHash  string `json:"parentHash"`
	BlockHash   string `json:"blockHash"`
	BlockNumber hex    `json:"blockNumber"`
	Timestamp   hex    `json:"timestamp"`
}

type hex uint64

func (number *hex) UnmarshalJSON(text []byte) error {
	_, err := fmt.Sscanf(string(text), `"0x%x"`, (*uint64)(number))
	return err
}

func (engine *Engine) ask(ctx context.Context, answer any, method string, parameters ...any) error {
	claims := jwt.MapClaims{"iat": time.Now().Unix()}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(engine.secret)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, engine.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var told struct {
		Result json.RawMessage
		Error  *struct{ Message string }
	}
	if err := json.NewDecoder(response.Body).Decode(&told); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if told.Error != nil {
		return fmt.Errorf("%s: %s", method, told.Error.Message)
	}
	return json.Unmarshal(told.Result, answer)
}

type status struct {
	Status          string  `json:"status"`
	ValidationError *string `json:"validationError"`
}

func (found status) err() error {
	if found.Status == "VALID" {
		return nil
	}
	why := ""
	if found.ValidationError != nil {
		why = *found.ValidationError
	}
	return fmt.Errorf("the execution client says %s %s", found.Status, why)
}

func (engine *Engine) head(ctx context.Context) (Head, error) {
	var block struct {
		Number, Timestamp hex
		Hash              string
	}
	err := engine.ask(ctx, &block, "eth_getBlockByNumber", "latest", false)
	return Head{uint64(block.Number), uint64(block.Timestamp), block.Hash}, err
}

// build has a block at `at` made on top of head from the transactions that wait, and gives it as JSON.
func (engine *Engine) build(ctx context.Context, head Head, at uint64, collect time.Duration) ([]byte, error) {
	attributes := map[string]any{
		"timestamp":             fmt.Sprintf("0x%x", at),
		"prevRandao":            head.Hash,
		"suggestedFeeRecipient": engine.recipient,
		"withdrawals":           []any{},
		"parentBeaconBlockRoot": zero,
	}
	var begun struct {
		PayloadStatus status  `json:"payloadStatus"`
		PayloadID     *string `json:"payloadId"`
	}
	if err := engine.ask(ctx, &begun, "engine_forkchoiceUpdatedV3", final(head.Hash), attributes); err != nil {
		return nil, err
	}
	if err := begun.PayloadStatus.err(); err != nil {
		return nil, err
	}
	if begun.PayloadID == nil {
		return nil, fmt.Errorf("the execution client builds no block")
	}
	time.Sleep(collect)
	var built struct {
		ExecutionPayload  json.RawMessage `json:"executionPayload"`
		ExecutionRequests []string        `json:"executionRequests"`
	}
	if err := engine.ask(ctx, &built, "engine_getPayloadV4", *begun.PayloadID); err != nil {
		return nil, err
	}
	if len(built.ExecutionRequests) > 0 {
		return nil, fmt.Errorf("a block with requests to a staking layer, which there is none of")
	}
	return built.ExecutionPayload, nil
}

// carryOut has a block executed; an error if it is not valid.
func (engine *Engine) carryOut(ctx context.Context, payload []byte) error {
	var found status
	if err := engine.ask(ctx, &found, "engine_newPayloadV4", json.RawMessage(payload), []any{}, zero, []any{}); err != nil {
		return err
	}
	return found.err()
}

// finalize makes a block that was carried out the last and final one.
func (engine *Engine) finalize(ctx context.Context, hash string) error {
	var found struct {
		PayloadStatus status `json:"payloadStatus"`
	}
	if err := engine.ask(ctx, &found, "engine_forkchoiceUpdatedV3", final(hash), nil); err != nil {
		return err
	}
	return found.PayloadStatus.err()
}

func final(hash string) map[string]string {
	return map[string]string{"headBlockHash": hash, "safeBlockHash": hash, "finalizedBlockHash": hash}
}

const zero = "0x0000000000000000000000000000000000000000000000000000000000000000"
