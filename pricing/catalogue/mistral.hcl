# Prices of mistral, in USD per million tokens unless a unit says otherwise.

provider "mistral" {
  id_prefixes           = ["mistral/"]
  normalizes_text       = true
  cache_writes          = "none"
  fixed_overhead_tokens = 64
  tool_overhead_tokens  = 512
}

model "codestral-2501" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.3"
    output = "0.9"
  }
}

model "codestral-2508" {
  context_tokens    = 256000
  max_output_tokens = 256000
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.03"
    output       = "0.9"
  }
}

model "codestral-embed" {
  ids            = ["codestral-embed-2505"]
  kind           = "embedding"
  context_tokens = 8192
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.15"
  }
}

model "codestral-latest" {
  context_tokens    = 256000
  max_output_tokens = 8191
  source            = "genai-prices, Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "0.9"
  }
}

model "devstral-2512" {
  context_tokens    = 262144
  max_output_tokens = 262144
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.4"
    cached_input = "0.04"
    output       = "2"
  }
}

model "devstral-latest" {
  context_tokens    = 262144
  max_output_tokens = 262144
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "2"
  }
}

model "devstral-medium-2507" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "2"
  }
}

model "devstral-medium-latest" {
  context_tokens    = 262144
  max_output_tokens = 262144
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "2"
  }
}

model "devstral-small-2505" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.3"
  }
}

model "devstral-small-2507" {
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

model "devstral-small-latest" {
  context_tokens    = 256000
  max_output_tokens = 256000
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.3"
  }
}

model "labs-devstral-small-2512" {
  context_tokens    = 256000
  max_output_tokens = 256000
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.3"
  }
}

model "magistral-medium-2509" {
  context_tokens    = 40000
  max_output_tokens = 40000
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "5"
  }
}

model "magistral-medium-latest" {
  context_tokens    = 128000
  max_output_tokens = 40000
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "5"
  }
}

model "magistral-small" {
  context_tokens    = 128000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "genai-prices, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "1.5"
  }
}

model "magistral-small-latest" {
  context_tokens    = 40000
  max_output_tokens = 40000
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "1.5"
  }
}

model "ministral-14b-2512" {
  source      = "genai-prices, Portkey Models, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.02"
    output       = "0.2"
  }
}

model "ministral-3b-2512" {
  source      = "genai-prices, Portkey Models, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.01"
    output       = "0.1"
  }
}

model "ministral-8b-2512" {
  context_tokens    = 262144
  max_output_tokens = 262144
  source            = "Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.015"
    output       = "0.15"
  }
}

model "ministral-8b-latest" {
  context_tokens    = 262144
  max_output_tokens = 262144
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.15"
  }
}

model "mistral-embed" {
  kind           = "embedding"
  context_tokens = 8192
  source         = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "mistral-large" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "6"
  }
}

model "mistral-large-2407" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "genai-prices, OpenRouter"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "6"
  }
}

model "mistral-large-2411" {
  context_tokens    = 131072
  max_output_tokens = 128000
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "6"
  }
}

model "mistral-large-2512" {
  context_tokens    = 262144
  max_output_tokens = 262144
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.5"
    cached_input = "0.05"
    output       = "1.5"
  }
}

model "mistral-large-latest" {
  context_tokens    = 262144
  max_output_tokens = 262144
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "1.5"
  }
}

model "mistral-medium-2505" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "2"
  }
}

model "mistral-medium-2508" {
  context_tokens    = 262144
  max_output_tokens = 262144
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.4"
    cached_input = "0.04"
    output       = "2"
  }
}

model "mistral-medium-2604" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "LiteLLM, models.dev, OpenRouter"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "1.5"
    output = "7.5"
  }
}

model "mistral-medium-3" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.4"
    cached_input = "0.04"
    output       = "2"
  }
}

model "mistral-medium-3-5" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "LiteLLM, OpenRouter"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "1.5"
    output = "7.5"
  }
}

model "mistral-medium-latest" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "2"
  }
}

model "mistral-nemo" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "genai-prices, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.15"
  }
}

model "mistral-ocr-latest" {
  kind        = "ocr"
  source      = "LiteLLM"
  verified_at = "2026-08-01"
  confidence  = "single"
  note        = "-latest may move to another price"
  unit "page" {
    price = "0.004"
  }
  unit "page/annotated" {
    price = "0.005"
  }
}

model "mistral-saba" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.02"
    output       = "0.6"
  }
}

model "mistral-small-24b-instruct-2501" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.05"
    output = "0.08"
  }
}

model "mistral-small-2506" {
  context_tokens    = 128000
  max_output_tokens = 16384
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.3"
  }
}

model "mistral-small-2603" {
  context_tokens    = 256000
  max_output_tokens = 256000
  hidden_output     = true
  source            = "genai-prices, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.15"
    cached_input = "0.015"
    output       = "0.6"
  }
}

model "mistral-small-3.1-24b-instruct" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.351"
    output = "0.555"
  }
}

model "mistral-small-3.2-24b-instruct" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input  = "0.075"
    output = "0.2"
  }
}

model "mistral-small-latest" {
  context_tokens    = 256000
  max_output_tokens = 256000
  hidden_output     = true
  source            = "genai-prices, Portkey Models"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.3"
  }
}

model "mistral-tiny" {
  context_tokens    = 32000
  max_output_tokens = 8191
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.25"
    output = "0.25"
  }
}

model "open-mistral-7b" {
  context_tokens    = 32000
  max_output_tokens = 8191
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.25"
    output = "0.25"
  }
}

model "open-mistral-nemo" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "genai-prices, Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.15"
  }
}

model "open-mixtral-8x22b" {
  context_tokens    = 65336
  max_output_tokens = 64000
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "6"
  }
}

model "open-mixtral-8x7b" {
  context_tokens    = 32000
  max_output_tokens = 32000
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.7"
    output = "0.7"
  }
}

model "pixtral-12b" {
  ids               = ["pixtral-12b-2409"]
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "genai-prices, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.15"
  }
}

model "pixtral-large-2411" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "6"
  }
}

model "pixtral-large-latest" {
  context_tokens    = 128000
  max_output_tokens = 128000
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "6"
  }
}

model "voxtral-small-24b-2507" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.1"
    cached_input = "0.01"
    output       = "0.3"
  }
}
