# Prices of vertex, in USD per million tokens unless a unit says otherwise.

provider "vertex" {
  id_prefixes           = ["vertex_ai/", "google/", "anthropic/"]
  normalizes_text       = true
  cache_writes          = "none"
  fixed_overhead_tokens = 128
  tool_overhead_tokens  = 530
}

model "claude-3-5-haiku@20241022" {
  context_tokens    = 200000
  max_output_tokens = 8192
  cache_writes      = "explicit"
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "0.8"
    cached_input   = "0.08"
    cache_write_5m = "1"
    cache_write_1h = "1.6"
    output         = "4"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-5-sonnet@20240620" {
  context_tokens    = 200000
  max_output_tokens = 8192
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-7-sonnet@20250219" {
  context_tokens    = 200000
  max_output_tokens = 8192
  hidden_output     = true
  cache_writes      = "explicit"
  retires_on        = "2026-05-11"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-haiku@20240307" {
  context_tokens    = 200000
  max_output_tokens = 4096
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "0.25"
    cached_input   = "0.03"
    cache_write_5m = "0.3"
    cache_write_1h = "0.5"
    output         = "1.25"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-opus@20240229" {
  context_tokens    = 200000
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "15"
    output = "75"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-sonnet@20240229" {
  context_tokens    = 200000
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-fable-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
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
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-haiku-4-5" {
  context_tokens    = 200000
  max_output_tokens = 8192
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "1"
    cached_input   = "0.1"
    cache_write_5m = "1.25"
    cache_write_1h = "2"
    output         = "5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-haiku-4-5@20251001" {
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "1"
    cached_input   = "0.1"
    cache_write_5m = "1.25"
    cache_write_1h = "2"
    output         = "5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-1@20250805" {
  context_tokens    = 200000
  max_output_tokens = 32000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    cache_write_1h = "30"
    output         = "75"
  }
  price {
    service_tier = "batch"
    input        = "7.5"
    output       = "37.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-5" {
  ids               = ["claude-opus-4-5@20251101"]
  context_tokens    = 200000
  max_output_tokens = 64000
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
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-6" {
  ids               = ["claude-opus-4-6@default"]
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
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-7" {
  ids               = ["claude-opus-4-7@default"]
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
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-opus-4-8" {
  ids               = ["claude-opus-4-8@default"]
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
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-opus-4@20250514" {
  context_tokens    = 200000
  max_output_tokens = 32000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    cache_write_1h = "30"
    output         = "75"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
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
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-sonnet-4" {
  ids               = ["claude-sonnet-4@20250514"]
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  price {
    above_input_tokens = 200000
    input              = "6"
    cached_input       = "0.6"
    cache_write_5m     = "7.5"
    output             = "22.5"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-sonnet-4-5" {
  ids               = ["claude-sonnet-4-5@20250929"]
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  price {
    above_input_tokens = 200000
    input              = "6"
    cached_input       = "0.6"
    cache_write_5m     = "7.5"
    output             = "22.5"
  }
  price {
    service_tier = "batch"
    input        = "1.5"
    output       = "7.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-sonnet-4-6" {
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-sonnet-4-6@default" {
  context_tokens    = 1000000
  max_output_tokens = 128000
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
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-sonnet-5" {
  ids               = ["claude-sonnet-5@default"]
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
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
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "codestral-2" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "0.9"
  }
}

model "deepseek-ai/deepseek-v3.2-maas" {
  context_tokens    = 163840
  max_output_tokens = 65536
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input        = "0.56"
    cached_input = "0.056"
    output       = "1.68"
  }
  price {
    service_tier = "batch"
    input        = "0.28"
    output       = "0.84"
  }
}

model "gemini-2.0-flash-001" {
  context_tokens    = 1048576
  max_output_tokens = 8192
  retires_on        = "2026-06-01"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.0375"
    input_audio  = "1"
    output       = "0.6"
  }
  unit "web_search" {
    price           = "35"
    per             = 1000
    once_per_prompt = true
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.0-flash-lite" {
  ids               = ["gemini-2.0-flash-lite-001"]
  context_tokens    = 1048576
  max_output_tokens = 8192
  retires_on        = "2026-06-01"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.075"
    cached_input = "0.01875"
    input_audio  = "0.075"
    output       = "0.3"
  }
  unit "web_search" {
    price           = "35"
    per             = 1000
    once_per_prompt = true
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-computer-use-preview-10-2025" {
  context_tokens    = 128000
  max_output_tokens = 64000
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.25"
    output = "10"
  }
  price {
    above_input_tokens = 200000
    input              = "2.5"
    output             = "15"
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-flash" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.03"
    input_audio  = "1"
    output       = "2.5"
    reasoning    = "2.5"
  }
  unit "web_search" {
    price           = "35"
    per             = 1000
    once_per_prompt = true
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-flash-image" {
  kind              = "image"
  context_tokens    = 32768
  max_output_tokens = 32768
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.03"
    input_audio  = "1"
    output       = "2.5"
    reasoning    = "2.5"
    output_image = "30"
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-flash-lite" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.01"
    input_audio  = "0.3"
    output       = "0.4"
    reasoning    = "0.4"
  }
  unit "web_search" {
    price           = "35"
    per             = 1000
    once_per_prompt = true
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-flash-lite-preview-06-17" {
  context_tokens    = 1048576
  max_output_tokens = 65535
  hidden_output     = true
  retires_on        = "2025-11-18"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.025"
    input_audio  = "0.5"
    output       = "0.4"
    reasoning    = "0.4"
  }
  unit "web_search" {
    price           = "35"
    per             = 1000
    once_per_prompt = true
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-flash-lite-preview-09-2025" {
  context_tokens    = 1048576
  max_output_tokens = 65535
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.01"
    input_audio  = "0.3"
    output       = "0.4"
    reasoning    = "0.4"
  }
  unit "web_search" {
    price           = "35"
    per             = 1000
    once_per_prompt = true
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-flash-preview-09-2025" {
  context_tokens    = 1048576
  max_output_tokens = 65535
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.075"
    input_audio  = "1"
    output       = "2.5"
    reasoning    = "2.5"
  }
  unit "web_search" {
    price           = "35"
    per             = 1000
    once_per_prompt = true
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-flash-tts" {
  context_tokens    = 32768
  max_output_tokens = 16384
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "10"
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-pro" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  price {
    above_input_tokens = 200000
    input              = "2.5"
    cached_input       = "0.25"
    output             = "15"
  }
  unit "web_search" {
    price           = "35"
    per             = 1000
    once_per_prompt = true
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-pro-tts" {
  context_tokens    = 32768
  max_output_tokens = 16384
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "20"
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3-flash-preview" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.5"
    cached_input = "0.05"
    input_audio  = "1"
    output       = "3"
  }
  price {
    service_tier = "priority"
    input        = "0.9"
    cached_input = "0.09"
    input_audio  = "1.8"
    output       = "5.4"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3-pro-image" {
  kind              = "image"
  context_tokens    = 65536
  max_output_tokens = 32768
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "12"
    output_image = "120"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "6"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3-pro-image-preview" {
  kind              = "image"
  context_tokens    = 65536
  max_output_tokens = 32768
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "12"
    output_image = "120"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "6"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3-pro-preview" {
  context_tokens    = 1048576
  max_output_tokens = 65535
  hidden_output     = true
  retires_on        = "2026-03-26"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "12"
  }
  price {
    above_input_tokens = 200000
    input              = "4"
    cached_input       = "0.4"
    output             = "18"
  }
  price {
    service_tier = "priority"
    input        = "3.6"
    cached_input = "0.36"
    output       = "21.6"
  }
  price {
    service_tier       = "priority"
    above_input_tokens = 200000
    input              = "7.2"
    cached_input       = "0.72"
    output             = "32.4"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "6"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3.1-flash-image" {
  kind              = "image"
  context_tokens    = 65536
  max_output_tokens = 32768
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.5"
    output       = "3"
    output_image = "60"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3.1-flash-image-preview" {
  kind              = "image"
  context_tokens    = 65536
  max_output_tokens = 32768
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.5"
    output       = "3"
    output_image = "60"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3.1-flash-lite" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.25"
    cached_input = "0.025"
    input_audio  = "0.5"
    output       = "1.5"
    reasoning    = "1.5"
  }
  price {
    service_tier = "flex"
    input        = "0.125"
    cached_input = "0.0125"
    output       = "0.75"
  }
  price {
    service_tier = "priority"
    input        = "0.45"
    cached_input = "0.045"
    output       = "2.7"
  }
  price {
    service_tier = "batch"
    input        = "0.125"
    output       = "0.75"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3.1-flash-lite-preview" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.25"
    cached_input = "0.025"
    input_audio  = "0.5"
    output       = "1.5"
    reasoning    = "1.5"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3.1-pro-preview" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "12"
  }
  price {
    above_input_tokens = 200000
    input              = "4"
    cached_input       = "0.4"
    output             = "18"
  }
  price {
    service_tier = "priority"
    input        = "3.6"
    cached_input = "0.36"
    output       = "21.6"
  }
  price {
    service_tier       = "priority"
    above_input_tokens = 200000
    input              = "7.2"
    cached_input       = "0.72"
    output             = "32.4"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "6"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3.1-pro-preview-customtools" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "12"
  }
  price {
    above_input_tokens = 200000
    input              = "4"
    cached_input       = "0.4"
    output             = "18"
  }
  price {
    service_tier = "batch"
    input        = "1"
    output       = "6"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3.5-flash" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.5"
    cached_input = "0.15"
    input_audio  = "1"
    output       = "9"
    reasoning    = "9"
  }
  price {
    service_tier = "priority"
    input        = "2.7"
    cached_input = "0.27"
    input_audio  = "1.8"
    output       = "16.2"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3.5-flash-lite" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.03"
    output       = "2.5"
    reasoning    = "2.5"
  }
  price {
    service_tier = "flex"
    input        = "0.15"
    cached_input = "0.02"
    output       = "1.25"
  }
  price {
    service_tier = "priority"
    input        = "0.54"
    cached_input = "0.05"
    output       = "4.5"
  }
  price {
    service_tier = "batch"
    input        = "0.15"
    output       = "1.25"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-3.6-flash" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.5"
    cached_input = "0.15"
    output       = "7.5"
    reasoning    = "7.5"
  }
  price {
    service_tier = "flex"
    input        = "0.75"
    cached_input = "0.075"
    output       = "3.75"
  }
  price {
    service_tier = "priority"
    input        = "2.7"
    cached_input = "0.27"
    output       = "13.5"
  }
  price {
    service_tier = "batch"
    input        = "0.75"
    output       = "3.75"
  }
  unit "web_search" {
    price = "14"
    per   = 1000
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-embedding-001" {
  kind           = "embedding"
  context_tokens = 2048
  source         = "Portkey Models, LiteLLM, models.dev"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.15"
  }
}

model "gemini-embedding-2" {
  kind           = "embedding"
  context_tokens = 8192
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.2"
  }
}

model "gemini-embedding-2-preview" {
  kind           = "embedding"
  context_tokens = 8192
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.2"
  }
}

model "gemini-omni-flash-preview" {
  context_tokens    = 1048576
  max_output_tokens = 65535
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.5"
    input_audio  = "1.5"
    output       = "9"
    reasoning    = "9"
    output_video = "17.5"
  }
  media {
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "meta/llama-4-maverick-17b-128e-instruct-maas" {
  context_tokens    = 1000000
  max_output_tokens = 1000000
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.35"
    output = "1.15"
  }
}

model "mistral-medium-3" {
  context_tokens    = 128000
  max_output_tokens = 8191
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "2"
  }
}

model "moonshotai/kimi-k2-thinking-maas" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "2.5"
  }
}

model "text-embedding-004" {
  kind           = "embedding"
  context_tokens = 2048
  retires_on     = "2026-01-14"
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "zai-org/glm-4.7-maas" {
  context_tokens    = 200000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "2.2"
  }
}

model "zai-org/glm-5-maas" {
  context_tokens    = 202752
  max_output_tokens = 131072
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input        = "1"
    cached_input = "0.1"
    output       = "3.2"
  }
}
