package pricing

import (
	"encoding/base64"
	"encoding/binary"
)

// minAudioBytesPerSecond is the least that a second of MP3 takes: 8 kbit/s,
// the lowest rate of the format.
const minAudioBytesPerSecond = 1000

// audioSeconds bounds the length of audio by its size in bytes and the first
// of them. ok is false for formats whose rate has no floor.
func audioSeconds(format string, head []byte, size int64) (seconds int64, ok bool) {
	switch format {
	case "mp3", "mpeg", "audio/mp3", "audio/mpeg":
		// What does not begin as MP3 does may be anything that decoders know.
		return ceilDiv(size, minAudioBytesPerSecond), isMP3Frame(head)
	case "wav", "audio/wav", "audio/x-wav", "audio/wave":
		// RIFF header with a plain PCM format chunk: rate times block size.
		if len(head) >= 36 && string(head[:4]) == "RIFF" && string(head[8:16]) == "WAVEfmt " && binary.LittleEndian.Uint16(head[20:]) == 1 {
			// Decoders go by the channels and bits of a sample, others by the
			// size of a block: the smaller makes the longer sound.
			sample := int64(binary.LittleEndian.Uint16(head[22:])) * (int64(binary.LittleEndian.Uint16(head[34:])) / 8)
			rate := int64(binary.LittleEndian.Uint32(head[24:])) * min(sample, int64(binary.LittleEndian.Uint16(head[32:])))
			if rate >= minAudioBytesPerSecond {
				return ceilDiv(size, rate), true
			}
		}
	}
	return 0, false
}

// isMP3Frame says whether a frame of MPEG audio begins here: its mark, a layer
// (AAC has the same mark and none), and a bit rate from the table, since the
// free one has no floor.
func isMP3Frame(b []byte) bool {
	return len(b) >= 3 && b[0] == 0xFF && b[1]&0xE0 == 0xE0 && b[1]&0x06 != 0 && b[2]>>4 != 0 && b[2]>>4 != 0xF
}

// maxTags bounds the tags that are skipped before a sound.
const maxTags = 4

// soundHead decodes the first bytes of a sound given as base64, after the ID3
// tags that MP3 may begin with: behind a tag may stand anything that decoders
// know. It is nil where it cannot be read.
func soundHead(b64 []byte) []byte {
	for at, tags := 0, 0; tags <= maxTags; tags++ {
		head := decodeAt(b64, at)
		if len(head) < 10 || string(head[:3]) != "ID3" {
			return head
		}
		at += 10 + int(head[6]&0x7F)<<21 + int(head[7]&0x7F)<<14 + int(head[8]&0x7F)<<7 + int(head[9]&0x7F)
		if head[5]&0x10 != 0 { // a footer
			at += 10
		}
	}
	return nil
}

// soundHeadBytes is how much of a sound is decoded to see what it is.
const soundHeadBytes = 48

// decodeAt decodes what stands at a byte of base64 text that has no breaks; nil
// beyond its end.
func decodeAt(b64 []byte, at int) []byte {
	from := at / 3 * 4
	if from >= len(b64) {
		return nil
	}
	head := decodeHead(b64[from:min(len(b64), from+base64.StdEncoding.EncodedLen(soundHeadBytes+3))])
	return head[min(at%3, len(head)):]
}
