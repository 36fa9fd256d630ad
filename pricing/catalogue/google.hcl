# Prices of google, in USD per million tokens unless a unit says otherwise.

provider "google" {
  id_prefixes          = ["models/", "google/", "gemini/"]
  normalizes_text      = true
  cache_writes         = "none"
  tool_overhead_tokens = 512
}

model "claude-fable-5" {
  cache_writes = "explicit"
  source       = "Langfuse, genai-prices"
  verified_at  = "2026-08-22"
  confidence   = "agreed"
  price {
    input          = "10"
    cached_input   = "1"
    cache_write_1h = "20"
    output         = "50"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-opus-4" {
  cache_writes = "explicit"
  source       = "Langfuse, genai-prices"
  verified_at  = "2026-08-22"
  confidence   = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_1h = "30"
    output         = "75"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-6" {
  cache_writes = "explicit"
  source       = "Langfuse, genai-prices"
  verified_at  = "2026-08-22"
  confidence   = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_1h = "10"
    output         = "25"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-7" {
  cache_writes = "explicit"
  source       = "Langfuse, genai-prices"
  verified_at  = "2026-08-22"
  confidence   = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_1h = "10"
    output         = "25"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-opus-4-8" {
  cache_writes = "explicit"
  source       = "Langfuse, genai-prices"
  verified_at  = "2026-08-22"
  confidence   = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_1h = "10"
    output         = "25"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-opus-5" {
  cache_writes = "explicit"
  source       = "Langfuse, genai-prices"
  verified_at  = "2026-08-22"
  confidence   = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_1h = "10"
    output         = "25"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "deep-research-pro-preview-12-2025" {
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
    price           = "35"
    per             = 1000
    once_per_prompt = true
  }
}

model "gemini-1.0-pro" {
  source      = "Langfuse, genai-prices"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input  = "0.125"
    output = "0.375"
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-1.5-flash" {
  kind           = "embedding"
  context_tokens = 8192
  retires_on     = "2025-09-29"
  source         = "genai-prices, Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input        = "0.075"
    cached_input = "0.01875"
  }
  price {
    above_input_tokens = 128000
    input              = "0.15"
  }
}

model "gemini-1.5-pro" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "1.25"
    output = "5"
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.0-flash" {
  ids               = ["gemini-2.0-flash-001"]
  context_tokens    = 1048576
  max_output_tokens = 8192
  retires_on        = "2026-06-01"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.025"
    input_audio  = "0.7"
    output       = "0.4"
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
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
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
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
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
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter"
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

model "gemini-2.5-flash-lite" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
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
  source            = "genai-prices, Portkey Models, LiteLLM"
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

model "gemini-2.5-flash-preview-tts" {
  kind              = "tts"
  context_tokens    = 8192
  max_output_tokens = 8192
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "10"
  }
}

model "gemini-2.5-pro" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
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
  price {
    service_tier = "priority"
    input        = "1.25"
    output       = "10"
  }
  price {
    service_tier       = "priority"
    above_input_tokens = 200000
    input              = "2.5"
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

model "gemini-2.5-pro-preview-05-06" {
  source      = "Portkey Models, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.125"
    output       = "10"
  }
  media {
    images                  = "gemini_tiles"
    max_tokens_per_page     = 300
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-2.5-pro-preview-tts" {
  context_tokens    = 1048576
  max_output_tokens = 65535
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
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input        = "0.5"
    cached_input = "0.05"
    input_audio  = "1"
    output       = "3"
    reasoning    = "3"
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
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter"
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
  context_tokens    = 131072
  max_output_tokens = 32768
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter"
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
  max_output_tokens = 65536
  hidden_output     = true
  retires_on        = "2026-03-09"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-22"
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
  source            = "genai-prices, Portkey Models, OpenRouter"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "3"
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
  max_output_tokens = 65536
  hidden_output     = true
  source            = "genai-prices, Portkey Models, OpenRouter"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "3"
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
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
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

model "gemini-3.1-flash-lite-image" {
  source      = "genai-prices, Portkey Models, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.25"
    output = "1.5"
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
  source            = "Langfuse, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
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

model "gemini-3.1-flash-live-preview" {
  context_tokens    = 131072
  max_output_tokens = 65536
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.75"
    input_audio  = "3"
    input_image  = "1"
    output       = "4.5"
    output_audio = "12"
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
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
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
  source            = "Langfuse, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
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

model "gemini-3.5-flash" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
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
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-22"
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
  source            = "Langfuse, genai-prices"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  note              = "introductory price until 2026-12-31"
  price {
    until        = "2027-01-01"
    input        = "0.75"
    cached_input = "0.075"
    output       = "3.75"
  }
  price {
    from         = "2027-01-01"
    input        = "1.5"
    cached_input = "0.15"
    output       = "7.5"
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

model "gemini-3.7-flash" {
  context_tokens    = 1000000
  max_output_tokens = 65536
  hidden_output     = true
  source            = "genai-prices, Langfuse"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  note              = "introductory price until 2026-12-31"
  price {
    until        = "2027-01-01"
    input        = "0.75"
    cached_input = "0.075"
    output       = "3.75"
  }
  price {
    from         = "2027-01-01"
    input        = "1.5"
    cached_input = "0.15"
    output       = "7.5"
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

model "gemini-3.8-flash" {
  hidden_output = true
  source        = "one table of a gateway"
  verified_at   = "2026-10-02"
  confidence    = "single"
  note          = "introductory price until 2026-12-31; the later one is that of gemini-3.7-flash"
  price {
    until  = "2027-01-01"
    input  = "0.75"
    output = "3.75"
  }
  price {
    from   = "2027-01-01"
    input  = "1.5"
    output = "7.5"
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
  source         = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.15"
  }
}

model "gemini-embedding-2" {
  kind           = "embedding"
  context_tokens = 8192
  source         = "genai-prices, LiteLLM"
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

model "gemini-flash-latest" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
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
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-flash-lite-latest" {
  context_tokens    = 1048576
  max_output_tokens = 65536
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.025"
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
    images                  = "capped"
    max_tokens_per_image    = 2240
    max_tokens_per_page     = 2240
    max_pages               = 1000
    audio_tokens_per_second = 32
    video_tokens_per_second = 300
  }
}

model "gemini-omni-flash-preview" {
  context_tokens    = 1048576
  max_output_tokens = 65535
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
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

model "gemini-pro" {
  source      = "Langfuse, genai-prices"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input  = "0.125"
    output = "0.375"
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

model "gemini-robotics-er-1.5-preview" {
  context_tokens    = 1048576
  max_output_tokens = 65535
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input       = "0.3"
    input_audio = "1"
    output      = "2.5"
    reasoning   = "2.5"
  }
  unit "web_search" {
    price           = "35"
    per             = 1000
    once_per_prompt = true
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

model "gemma-2-27b-it" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.65"
    output = "0.65"
  }
}

model "imagen-4.0-generate-001" {
  kind        = "image"
  source      = "LiteLLM"
  verified_at = "2026-08-01"
  confidence  = "single"
  unit "image" {
    price = "0.04"
  }
}
