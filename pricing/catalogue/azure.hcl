# Prices of azure, in USD per million tokens unless a unit says otherwise.

provider "azure" {
  id_prefixes           = ["azure/"]
  cache_writes          = "none"
  normalizes_text       = true
  fixed_overhead_tokens = 128
  tool_overhead_tokens  = 512
}

model "Llama-3.2-11B-Vision-Instruct" {
  context_tokens    = 128000
  max_output_tokens = 2048
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.37"
    output = "0.37"
  }
}

model "Llama-3.2-90B-Vision-Instruct" {
  context_tokens    = 128000
  max_output_tokens = 2048
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2.04"
    output = "2.04"
  }
}

model "Llama-3.3-70B-Instruct" {
  context_tokens    = 128000
  max_output_tokens = 2048
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.71"
    output = "0.71"
  }
}

model "Llama-4-Scout-17B-16E-Instruct" {
  context_tokens    = 10000000
  max_output_tokens = 16384
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "0.78"
  }
}

model "Meta-Llama-3.1-405B-Instruct" {
  context_tokens    = 128000
  max_output_tokens = 2048
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "5.33"
    output = "16"
  }
}

model "Meta-Llama-3.1-8B-Instruct" {
  context_tokens    = 128000
  max_output_tokens = 2048
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "0.61"
  }
}

model "Phi-3.5-MoE-instruct" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.16"
    output = "0.64"
  }
}

model "Phi-3.5-mini-instruct" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.13"
    output = "0.52"
  }
}

model "Phi-3.5-vision-instruct" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.13"
    output = "0.52"
  }
}

model "Phi-4" {
  context_tokens    = 16384
  max_output_tokens = 16384
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.125"
    output = "0.5"
  }
}

model "Phi-4-mini-instruct" {
  context_tokens    = 131072
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.075"
    output = "0.3"
  }
}

model "Phi-4-multimodal-instruct" {
  context_tokens    = 131072
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input       = "0.08"
    input_audio = "4"
    output      = "0.32"
  }
}

model "ada" {
  kind           = "embedding"
  context_tokens = 8191
  source         = "genai-prices, Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "claude-fable-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "10"
    cached_input   = "1"
    cache_write_5m = "12.5"
    cache_write_1h = "20"
    output         = "50"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
}

model "claude-haiku-4-5" {
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "1"
    cached_input   = "0.1"
    cache_write_5m = "1.25"
    cache_write_1h = "2"
    output         = "5"
  }
}

model "claude-opus-4-1" {
  context_tokens    = 200000
  max_output_tokens = 32000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    cache_write_1h = "30"
    output         = "75"
  }
}

model "claude-opus-4-5" {
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
}

model "claude-opus-4-6" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
}

model "claude-opus-4-7" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
}

model "claude-opus-4-8" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
}

model "claude-opus-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
}

model "claude-sonnet-4-5" {
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
}

model "claude-sonnet-4-6" {
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
}

model "claude-sonnet-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "2"
    cached_input   = "0.2"
    cache_write_5m = "2.5"
    cache_write_1h = "4"
    output         = "10"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
}

model "codestral-2501" {
  context_tokens    = 256000
  max_output_tokens = 256000
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "0.9"
  }
}

model "codex-mini" {
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input        = "1.5"
    cached_input = "0.375"
    output       = "6"
  }
}

model "computer-use-preview" {
  context_tokens    = 8192
  max_output_tokens = 1024
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "12"
  }
}

model "deepseek-r1" {
  context_tokens    = 163840
  max_output_tokens = 163840
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "1.35"
    output = "5.4"
  }
}

model "deepseek-v3-0324" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "1.14"
    output = "4.56"
  }
}

model "deepseek-v3.2" {
  context_tokens    = 163840
  max_output_tokens = 163840
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.58"
    output = "1.68"
  }
}

model "deepseek-v3.2-speciale" {
  context_tokens    = 163840
  max_output_tokens = 163840
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.58"
    output = "1.68"
  }
}

model "deepseek-v4-flash" {
  context_tokens    = 1000000
  max_output_tokens = 384000
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.19"
    output = "0.51"
  }
}

model "deepseek-v4-pro" {
  context_tokens    = 1000000
  max_output_tokens = 384000
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "1.74"
    output = "3.48"
  }
}

model "gpt-3.5-turbo-0125" {
  context_tokens    = 16384
  max_output_tokens = 16384
  tokenizer         = "cl100k_base"
  retires_on        = "2025-03-31"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "1.5"
  }
}

model "gpt-3.5-turbo-0301" {
  context_tokens    = 4096
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.5"
    output = "2"
  }
}

model "gpt-3.5-turbo-1106" {
  context_tokens    = 16384
  max_output_tokens = 16384
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "2"
  }
}

model "gpt-35-turbo-1106" {
  context_tokens    = 16384
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  retires_on        = "2025-03-31"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "2"
  }
}

model "gpt-35-turbo-16k" {
  context_tokens    = 16385
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "4"
  }
}

model "gpt-4" {
  context_tokens    = 8192
  max_output_tokens = 8192
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "30"
    output = "60"
  }
}

model "gpt-4-0125-preview" {
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "10"
    output = "30"
  }
}

model "gpt-4-0613" {
  context_tokens    = 8192
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "30"
    output = "60"
  }
}

model "gpt-4-1106-preview" {
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "10"
    output = "30"
  }
}

model "gpt-4-32k" {
  context_tokens    = 32768
  max_output_tokens = 32768
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "60"
    output = "120"
  }
}

model "gpt-4-32k-0613" {
  context_tokens    = 32768
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "60"
    output = "120"
  }
}

model "gpt-4-turbo" {
  ids               = ["gpt-4-turbo-2024-04-09"]
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "cl100k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "10"
    output = "30"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4.1" {
  ids               = ["gpt-4.1-2025-04-14"]
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.5"
    output       = "8"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "4"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4.1-mini" {
  ids               = ["gpt-4.1-mini-2025-04-14"]
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.4"
    cached_input = "0.1"
    output       = "1.6"
  }
  price {
    service_tier = "batch"
    input        = "0.2"
    output       = "0.8"
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "gpt-4.1-nano" {
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.025"
    output       = "0.4"
  }
  price {
    service_tier = "batch"
    input        = "0.05"
    output       = "0.2"
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-4.1-nano-2025-04-14" {
  context_tokens    = 1047576
  max_output_tokens = 32768
  tokenizer         = "o200k_base"
  retires_on        = "2026-11-04"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.03"
    output       = "0.4"
  }
  price {
    service_tier = "batch"
    input        = "0.05"
    output       = "0.2"
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-4o" {
  ids               = ["gpt-4o-2024-08-06"]
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.5"
    cached_input = "1.25"
    output       = "10"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4o-2024-05-13" {
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "5"
    output = "15"
  }
  media {
    images            = "tiles"
    image_base_tokens = 85
    image_tile_tokens = 170
  }
}

model "gpt-4o-mini" {
  context_tokens    = 128000
  max_output_tokens = 16384
  tokenizer         = "o200k_base"
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.075"
    output       = "0.6"
  }
  media {
    images            = "tiles"
    image_base_tokens = 2833
    image_tile_tokens = 5667
  }
}

model "gpt-4o-mini-realtime-preview-2024-12-17" {
  kind              = "realtime"
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    input_audio  = "10"
    output       = "2.4"
    output_audio = "20"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-4o-mini-transcribe" {
  kind              = "stt"
  context_tokens    = 16000
  max_output_tokens = 2000
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input       = "1.25"
    input_audio = "1.25"
    output      = "5"
  }
}

model "gpt-4o-realtime-preview-2024-10-01" {
  kind              = "realtime"
  context_tokens    = 128000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "5"
    cached_input = "2.5"
    input_audio  = "100"
    output       = "20"
    output_audio = "200"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-4o-transcribe" {
  kind              = "stt"
  context_tokens    = 16000
  max_output_tokens = 2000
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input       = "2.5"
    input_audio = "2.5"
    output      = "10"
  }
}

model "gpt-4o-transcribe-diarize" {
  kind              = "stt"
  context_tokens    = 16000
  max_output_tokens = 2000
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input       = "2.5"
    input_audio = "2.5"
    output      = "10"
  }
}

model "gpt-5" {
  ids               = ["gpt-5-2025-08-07"]
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5-chat" {
  context_tokens    = 128000
  max_output_tokens = 16384
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.13"
    output       = "10"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5-chat-latest" {
  context_tokens    = 128000
  max_output_tokens = 16384
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5-codex" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5-mini" {
  ids               = ["gpt-5-mini-2025-08-07"]
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.25"
    cached_input = "0.025"
    output       = "2"
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "gpt-5-nano" {
  ids               = ["gpt-5-nano-2025-08-07"]
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.05"
    cached_input = "0.005"
    output       = "0.4"
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-5-pro" {
  context_tokens    = 400000
  max_output_tokens = 272000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "15"
    cached_input = "0.005"
    output       = "120"
  }
  media {
    images            = "tiles"
    image_base_tokens = 70
    image_tile_tokens = 140
  }
}

model "gpt-5.1" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.1-2025-11-13" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  price {
    service_tier = "priority"
    input        = "2.5"
    cached_input = "0.25"
    output       = "20"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.1-chat" {
  context_tokens    = 128000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.1-codex" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.1-codex-max" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.1-codex-mini" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.25"
    cached_input = "0.025"
    output       = "2"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2-2025-12-11" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.35"
    output       = "28"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2-chat" {
  ids               = ["gpt-5.2-chat-2025-12-11"]
  context_tokens    = 128000
  max_output_tokens = 16384
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.35"
    output       = "28"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2-codex" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.2-pro" {
  ids               = ["gpt-5.2-pro-2025-12-11"]
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "21"
    output = "168"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.3-chat" {
  context_tokens    = 128000
  max_output_tokens = 16384
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  price {
    service_tier = "priority"
    input        = "3.5"
    cached_input = "0.35"
    output       = "28"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.3-codex" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.75"
    cached_input = "0.175"
    output       = "14"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.4" {
  ids               = ["gpt-5.4-2026-03-05"]
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.5"
    cached_input = "0.25"
    output       = "15"
  }
  price {
    above_input_tokens = 272000
    input              = "5"
    cached_input       = "0.5"
    output             = "22.5"
  }
  price {
    service_tier = "priority"
    input        = "5"
    cached_input = "0.5"
    output       = "30"
  }
  price {
    service_tier       = "priority"
    above_input_tokens = 272000
    input              = "10"
    cached_input       = "1"
    output             = "45"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.4-mini" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.75"
    cached_input = "0.075"
    output       = "4.5"
  }
  price {
    service_tier = "priority"
    input        = "1.5"
    cached_input = "0.15"
    output       = "9"
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "gpt-5.4-mini-2026-03-17" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.75"
    cached_input = "0.075"
    output       = "4.5"
  }
  price {
    service_tier = "priority"
    input        = "1.5"
    cached_input = "0.15"
    output       = "9"
  }
  media {
    images               = "patches"
    image_patch_bp       = 16200
    image_max_patches    = 1536
    max_tokens_per_image = 2489
  }
}

model "gpt-5.4-nano" {
  context_tokens    = 400000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.02"
    output       = "1.25"
  }
  price {
    service_tier = "priority"
    input        = "0.4"
    cached_input = "0.04"
    output       = "2.5"
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-5.4-nano-2026-03-17" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.02"
    output       = "1.25"
  }
  price {
    service_tier = "priority"
    input        = "0.4"
    cached_input = "0.04"
    output       = "2.5"
  }
  media {
    images               = "patches"
    image_patch_bp       = 24600
    image_max_patches    = 1536
    max_tokens_per_image = 3779
  }
}

model "gpt-5.4-pro" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "30"
    cached_input = "3"
    output       = "180"
  }
  price {
    above_input_tokens = 272000
    input              = "60"
    cached_input       = "6"
    output             = "270"
  }
  price {
    service_tier = "priority"
    input        = "60"
    cached_input = "6"
    output       = "360"
  }
  price {
    service_tier       = "priority"
    above_input_tokens = 272000
    input              = "120"
    cached_input       = "12"
    output             = "540"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.5" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "5"
    cached_input = "0.5"
    output       = "30"
  }
  price {
    above_input_tokens = 272000
    input              = "10"
    cached_input       = "1"
    output             = "45"
  }
  price {
    service_tier = "priority"
    input        = "10"
    cached_input = "1"
    output       = "60"
  }
  price {
    service_tier       = "priority"
    above_input_tokens = 272000
    input              = "20"
    cached_input       = "2"
    output             = "90"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.5-pro" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "30"
    cached_input = "3"
    output       = "180"
  }
  price {
    above_input_tokens = 272000
    input              = "60"
    cached_input       = "6"
    output             = "270"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.6" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  cache_writes      = "automatic"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    output         = "30"
  }
  price {
    above_input_tokens = 272000
    input              = "10"
    cached_input       = "1"
    output             = "45"
  }
  price {
    service_tier = "priority"
    input        = "10"
    cached_input = "1"
    output       = "60"
  }
  price {
    service_tier       = "priority"
    above_input_tokens = 272000
    input              = "20"
    cached_input       = "2"
    output             = "90"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-5.6-sol" {
  context_tokens    = 1050000
  max_output_tokens = 128000
  hidden_output     = true
  tokenizer         = "o200k_base"
  cache_writes      = "automatic"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    output         = "30"
  }
  price {
    above_input_tokens = 272000
    input              = "10"
    cached_input       = "1"
    output             = "45"
  }
  price {
    service_tier = "priority"
    input        = "10"
    cached_input = "1"
    output       = "60"
  }
  price {
    service_tier       = "priority"
    above_input_tokens = 272000
    input              = "20"
    cached_input       = "2"
    output             = "90"
  }
  media {
    images            = "patches"
    image_patch_bp    = 12000
    image_base_tokens = 300
  }
}

model "gpt-realtime-2025-08-28" {
  kind              = "realtime"
  context_tokens    = 32000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "4"
    input_audio  = "32"
    output       = "16"
    output_audio = "64"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "gpt-realtime-mini-2025-10-06" {
  kind              = "realtime"
  context_tokens    = 32000
  max_output_tokens = 4096
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.06"
    input_audio  = "10"
    output       = "2.4"
    output_audio = "20"
  }
  media {
    images                  = "tiles"
    image_base_tokens       = 85
    image_tile_tokens       = 170
    audio_tokens_per_second = 10
  }
}

model "grok-3" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "15"
  }
}

model "grok-4" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "15"
  }
}

model "grok-4-1-fast-non-reasoning" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
}

model "grok-4-1-fast-reasoning" {
  context_tokens    = 131072
  max_output_tokens = 131072
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
}

model "grok-4-20-non-reasoning" {
  context_tokens    = 262000
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "6"
  }
}

model "grok-4-20-reasoning" {
  context_tokens    = 262000
  max_output_tokens = 8192
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "6"
  }
}

model "grok-4-fast-non-reasoning" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
}

model "grok-4-fast-reasoning" {
  context_tokens    = 2000000
  max_output_tokens = 131072
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
}

model "grok-code-fast-1" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "1.5"
  }
}

model "kimi-k2.5" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "3"
  }
}

model "kimi-k2.6" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.95"
    output = "4"
  }
}

model "ministral-3b" {
  context_tokens    = 128000
  max_output_tokens = 8192
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.04"
    output = "0.04"
  }
}

model "mistral-large-2411" {
  context_tokens    = 128000
  max_output_tokens = 32768
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "6"
  }
}

model "mistral-medium-2505" {
  context_tokens    = 131072
  max_output_tokens = 128000
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "2"
  }
}

model "mistral-nemo" {
  context_tokens    = 131072
  max_output_tokens = 128000
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.15"
  }
}

model "mistral-small-2503" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.3"
  }
}

model "o1" {
  ids               = ["o1-2024-12-17"]
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "15"
    cached_input = "7.5"
    output       = "60"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o1-mini" {
  ids               = ["o1-mini-2024-09-12"]
  context_tokens    = 128000
  max_output_tokens = 65536
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.1"
    cached_input = "0.55"
    output       = "4.4"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o1-preview" {
  ids               = ["o1-preview-2024-09-12"]
  context_tokens    = 128000
  max_output_tokens = 32768
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "15"
    cached_input = "7.5"
    output       = "60"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o3" {
  ids               = ["o3-2025-04-16"]
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.5"
    output       = "8"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o3-deep-research" {
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "10"
    cached_input = "2.5"
    output       = "40"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o3-mini" {
  ids               = ["o3-mini-2025-01-31"]
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.1"
    cached_input = "0.55"
    output       = "4.4"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o3-pro" {
  ids               = ["o3-pro-2025-06-10"]
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "20"
    output = "80"
  }
  price {
    service_tier = "batch"
    input        = "10"
    output       = "40"
  }
  media {
    images            = "tiles"
    image_base_tokens = 75
    image_tile_tokens = 150
  }
}

model "o4-mini" {
  ids               = ["o4-mini-2025-04-16"]
  context_tokens    = 200000
  max_output_tokens = 100000
  hidden_output     = true
  tokenizer         = "o200k_base"
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.1"
    cached_input = "0.275"
    output       = "4.4"
  }
  media {
    images               = "patches"
    image_patch_bp       = 17200
    image_max_patches    = 1536
    max_tokens_per_image = 2642
  }
}

model "text-embedding-3-large" {
  kind           = "embedding"
  context_tokens = 8191
  tokenizer      = "cl100k_base"
  source         = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.13"
  }
}

model "text-embedding-3-small" {
  kind           = "embedding"
  context_tokens = 8191
  tokenizer      = "cl100k_base"
  retires_on     = "2026-04-30"
  source         = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.02"
  }
}

model "text-embedding-ada-002" {
  kind           = "embedding"
  context_tokens = 8192
  tokenizer      = "cl100k_base"
  source         = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}
